package credential_test

import (
	"strings"
	"testing"

	"breachwindow/credential"
)

const (
	vectorHash = "cWvnq0v+2/pIv+Ov7cBiogaMvNRFebR54+rYEaVDFDU="
	vectorHex  = "716be7ab4bfedbfa48bfe3afedc062a2068cbcd44579b479e3ead811a5431435"
)

func TestTokenHash(t *testing.T) {
	unpadded := strings.TrimRight(vectorHash, "=")
	urlSafe := strings.NewReplacer("+", "-", "/", "_").Replace(vectorHash)
	dashed := strings.ToUpper(vectorHex[:2])
	for i := 2; i < len(vectorHex); i += 2 {
		dashed += "-" + strings.ToUpper(vectorHex[i:i+2])
	}
	tests := []struct {
		name, in, want string
		ok             bool
	}{
		{name: "normal form", in: vectorHash, want: vectorHash, ok: true},
		{name: "no padding", in: unpadded, want: vectorHash, ok: true},
		{name: "url-safe", in: urlSafe, want: vectorHash, ok: true},
		{name: "url-safe, no padding", in: strings.TrimRight(urlSafe, "="), want: vectorHash, ok: true},
		{
			name: "percent-encoded",
			in:   strings.NewReplacer("+", "%2B", "/", "%2f", "=", "%3D").Replace(vectorHash),
			want: vectorHash, ok: true,
		},
		{name: "hex", in: vectorHex, want: vectorHash, ok: true},
		{name: "hex, upper case", in: strings.ToUpper(vectorHex), want: vectorHash, ok: true},
		{name: "hex with dashes", in: dashed, want: vectorHash, ok: true},
		{name: "quoted", in: ` "` + vectorHash + "\"\r\n", want: vectorHash, ok: true},
		{name: "byte-order mark", in: "\ufeff" + vectorHash, want: vectorHash, ok: true},
		{name: "search term", in: `hashed_token:"` + unpadded + `"`, want: vectorHash, ok: true},
		{name: "prefix", in: "sha256:" + vectorHex, want: vectorHash, ok: true},
		{name: "31 bytes", in: vectorHex[:62], want: vectorHex[:62]},
		{name: "33 bytes", in: vectorHex + "00", want: vectorHex + "00"},
		{name: "scrubbed", in: " 12387sdjbqas17827ty1o2u313 ", want: "12387sdjbqas17827ty1o2u313"},
		{name: "broken percent", in: "abc%zz", want: "abc%zz"},
		{name: "empty", in: " ", want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := credential.TokenHash(tt.in)
			if got != tt.want || ok != tt.ok {
				t.Errorf("TokenHash(%q) = %q, %t, want %q, %t", tt.in, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func FuzzTokenHash(f *testing.F) {
	for _, s := range []string{
		vectorHash, vectorHex, "%2541", `"'x'"`, "sha256:sha256:" + vectorHex, "hashed_token:", "\x80\" ",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, ok := credential.TokenHash(s)
		twice, again := credential.TokenHash(once)
		if once != twice || ok != again {
			t.Errorf("TokenHash(%q) = %q, %t; of that %q, %t", s, once, ok, twice, again)
		}
		if ok && len(once) != 44 {
			t.Errorf("TokenHash(%q) = %q: not the base64 of 32 bytes", s, once)
		}
	})
}
