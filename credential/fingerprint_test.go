package credential_test

import (
	"strings"
	"testing"

	"breachwindow/credential"
)

const (
	vectorKey    = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILotF6TP49R7ax5N7d9Mty6kbXDTrYGdx725BFZAnLw4"
	vectorSHA256 = "SHA256:E0tIk0FjeAGrFeB/E1RXBE99qNH9EvnoHm9CwssbBs0"
	vectorMD5    = "MD5:2d:3c:02:6e:cf:a5:f3:25:06:f4:10:19:05:bb:84:41"
	vectorBlob   = "134b489341637801ab15e07f135457044f7da8d1fd12f9e81e6f42c2cb1b06cd"
)

func TestFingerprint(t *testing.T) {
	bare := strings.TrimPrefix(vectorSHA256, "SHA256:")
	colons := strings.TrimPrefix(vectorMD5, "MD5:")
	tests := []struct {
		name, in, want string
		ok             bool
	}{
		{name: "normal form", in: vectorSHA256, want: vectorSHA256, ok: true},
		{name: "padded", in: vectorSHA256 + "=", want: vectorSHA256, ok: true},
		{name: "lower-case prefix", in: "sha256:" + bare, want: vectorSHA256, ok: true},
		{name: "bare", in: bare, want: vectorSHA256, ok: true},
		{name: "hex", in: vectorBlob, want: vectorSHA256, ok: true},
		{name: "prefix and hex", in: "SHA256:" + vectorBlob, want: vectorSHA256, ok: true},
		{name: "quoted", in: "'" + vectorSHA256 + "'\n", want: vectorSHA256, ok: true},
		{
			name: "ssh-keygen", in: "256 " + vectorSHA256 + " me@host (ED25519)", want: vectorSHA256,
			ok: true,
		},
		{name: "md5", in: vectorMD5, want: vectorMD5, ok: true},
		{name: "md5, bare", in: colons, want: vectorMD5, ok: true},
		{name: "md5, upper case", in: strings.ToUpper(colons), want: vectorMD5, ok: true},
		{name: "md5, no colons", in: strings.ReplaceAll(colons, ":", ""), want: vectorMD5, ok: true},
		{name: "md5 of ssh-keygen", in: "256 " + vectorMD5 + " me (RSA)", want: vectorMD5, ok: true},
		{name: "short sha256", in: vectorSHA256[:40], want: vectorSHA256[:40]},
		{name: "short md5", in: colons[:44], want: colons[:44]},
		{name: "md5 behind the wrong prefix", in: "SHA256:" + colons, want: "SHA256:" + colons},
		{name: "text", in: " tO8qpNGhmNe8OMdEXAMPLE ", want: "tO8qpNGhmNe8OMdEXAMPLE"},
		{name: "empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := credential.Fingerprint(tt.in)
			if got != tt.want || ok != tt.ok {
				t.Errorf("Fingerprint(%q) = %q, %t, want %q, %t", tt.in, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func FuzzFingerprint(f *testing.F) {
	for _, s := range []string{vectorSHA256, vectorMD5, vectorBlob, "256 x y", "SHA256:", "md5:md5:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, ok := credential.Fingerprint(s)
		twice, again := credential.Fingerprint(once)
		if once != twice || ok != again {
			t.Errorf("Fingerprint(%q) = %q, %t; of that %q, %t", s, once, ok, twice, again)
		}
		if ok && !strings.HasPrefix(once, "SHA256:") && !strings.HasPrefix(once, "MD5:") {
			t.Errorf("Fingerprint(%q) = %q: no prefix", s, once)
		}
	})
}
