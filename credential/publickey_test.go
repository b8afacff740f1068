package credential_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"breachwindow/credential"
)

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func TestParsePublicKey(t *testing.T) {
	_, blob64, _ := strings.Cut(vectorKey, " ")
	blob, err := base64.StdEncoding.DecodeString(blob64)
	if err != nil {
		t.Fatal(err)
	}
	plain := []string{hashOf(blob), hashOf([]byte(vectorKey))}
	withComment := slices.Concat(plain, []string{hashOf([]byte(vectorKey + " CircleCI key"))})
	tests := []struct {
		name, in string
		hashes   []string
	}{
		{name: "type and key", in: vectorKey, hashes: plain},
		{name: "key alone", in: blob64, hashes: plain},
		{name: "comment", in: vectorKey + "  CircleCI key\n", hashes: withComment},
		{name: "tabs", in: strings.ReplaceAll(vectorKey, " ", "\t"), hashes: plain},
		{name: "options", in: `command="a b",no-pty ` + vectorKey + " CircleCI key", hashes: withComment},
		{name: "quoted", in: `"` + vectorKey + `"`, hashes: plain},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := credential.ParsePublicKey(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			want := credential.PublicKey{
				Type: "ssh-ed25519", SHA256: vectorSHA256, MD5: vectorMD5, Hashes: tt.hashes,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("ParsePublicKey (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParsePublicKeyRefuses(t *testing.T) {
	_, blob64, _ := strings.Cut(vectorKey, " ")
	private := pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: []byte("x")})
	tests := []struct {
		name, in string
		want     error
	}{
		{name: "empty", want: credential.ErrPublicKey},
		{name: "truncated", in: vectorKey[:len(vectorKey)-4], want: credential.ErrPublicKey},
		{name: "another type", in: "ssh-rsa " + blob64, want: credential.ErrPublicKey},
		{name: "fingerprint", in: vectorSHA256, want: credential.ErrPublicKey},
		{name: "two keys", in: vectorKey + "\n" + vectorKey, want: credential.ErrPublicKey},
		{name: "long", in: vectorKey + strings.Repeat(" x", 64<<10), want: credential.ErrPublicKey},
		{name: "private", in: string(private), want: credential.ErrPrivateKey},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := credential.ParsePublicKey(tt.in); !errors.Is(err, tt.want) {
				t.Errorf("ParsePublicKey: error %v, want %v", err, tt.want)
			}
		})
	}
}

// Keys of every common type, made by another implementation, which must agree.
func TestParsePublicKeyAgreesWithSSH(t *testing.T) {
	edKey, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []any{edKey, &ecKey.PublicKey, &rsaKey.PublicKey} {
		key, err := ssh.NewPublicKey(k)
		if err != nil {
			t.Fatal(err)
		}
		got, err := credential.ParsePublicKey(string(ssh.MarshalAuthorizedKey(key)))
		if err != nil {
			t.Fatalf("%s: %v", key.Type(), err)
		}
		if got.Type != key.Type() || got.SHA256 != ssh.FingerprintSHA256(key) ||
			got.MD5 != "MD5:"+ssh.FingerprintLegacyMD5(key) {
			t.Errorf("%s: ParsePublicKey = %+v, want the fingerprints %s, MD5:%s", key.Type(), got,
				ssh.FingerprintSHA256(key), ssh.FingerprintLegacyMD5(key))
		}
	}
}

func FuzzParsePublicKey(f *testing.F) {
	f.Add(vectorKey)
	f.Add(vectorKey + " c")
	f.Add("AAAAC3NzaC1lZDI1NTE5AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		key, err := credential.ParsePublicKey(s)
		if err != nil {
			return
		}
		if fp, ok := credential.Fingerprint(key.SHA256); !ok || fp != key.SHA256 {
			t.Errorf("SHA256 %q is no fingerprint", key.SHA256)
		}
		if fp, ok := credential.Fingerprint(key.MD5); !ok || fp != key.MD5 {
			t.Errorf("MD5 %q is no fingerprint", key.MD5)
		}
		for _, h := range key.Hashes {
			if n, ok := credential.TokenHash(h); !ok || n != h {
				t.Errorf("%q is no token hash", h)
			}
		}
	})
}
