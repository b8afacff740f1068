package credential_test

import (
	"errors"
	"strings"
	"testing"

	"breachwindow/credential"
)

// The tokens are invented for tests; the first with a real-looking checksum is a sample
// that GitHub published.
func TestHashToken(t *testing.T) {
	fine := "github_pat_11ABCDEFG0abcdefghijkl_" + strings.Repeat("B", 59)
	tests := []struct {
		name, token, hash, kind string
		err                     error
	}{
		{
			name: "classic", token: "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", hash: vectorHash,
			kind: "Personal access token (classic)",
		},
		{
			name: "oauth", token: "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",
			hash: "VsTCuLnVO5gfvt/bGDmFyY7wCSSgm9VGqu4DBseDv1M=", kind: "OAuth access token",
		},
		{
			name: "user-to-server", token: "ghu_BreachWindowTestVector000000030dWSfx",
			hash: "ub0qH8bF3gWSq0QUYdSsIQ6vM0MFUSfZy5G96OT/XSQ=", kind: "GitHub App user-to-server token",
		},
		{
			name: "installation", token: "ghs_BreachWindowTestVector000000043SDasE",
			hash: "8q/63HR2tzPvbCEH6syI5t3SMN4jIUlDBpkPIlSTgjM=", kind: "GitHub App server-to-server token",
		},
		{
			name: "refresh", token: "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",
			hash: "kWhzxQoeeQUJqM0L7okik6Ur4mSqlU0x0AK1h/nQIEc=", kind: "GitHub App refresh token",
		},
		{
			name: "legacy", token: "0123456789abcdef0123456789abcdef01234567",
			hash: "3rh/q9F3FbsxrUz0/7lJTusV+NM9hbAxowHGSrNBfqo=",
			kind: "Authentication token created before 2021-04-05",
		},
		{
			name: "fine-grained", token: fine, hash: "MGwtZL5Pv2EeTpqqj6yMGK2yg1ljkVYEQGNUAKyXiLU=",
			kind: "Fine-grained personal access token",
		},
		{
			name: "new line at the end", token: "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\r\n",
			hash: vectorHash, kind: "Personal access token (classic)",
		},
		{
			name: "checksum", token: "ghp_BreachWindowTestVector00000001000000",
			err: credential.ErrChecksum,
		},
		{
			name:  "right checksum, one character changed",
			token: "ghp_BreachWindowTestVector000000023kToNp", err: credential.ErrChecksum,
		},
		{
			name: "truncated", token: "ghp_BreachWindowTestVector000000013kToN",
			err: credential.ErrShape,
		},
		{name: "two tokens", token: fine + "\n" + fine, err: credential.ErrShape},
		{name: "upper-case hex", token: strings.Repeat("AB", 20), err: credential.ErrShape},
		{name: "hash instead of token", token: vectorHash, err: credential.ErrShape},
		{name: "empty", err: credential.ErrShape},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := credential.HashToken([]byte(tt.token))
			if !errors.Is(err, tt.err) {
				t.Fatalf("HashToken: error %v, want %v", err, tt.err)
			}
			if want := (credential.TokenInfo{Hash: tt.hash, Type: tt.kind}); got != want {
				t.Errorf("HashToken = %+v, want %+v", got, want)
			}
		})
	}
}

func TestHashTokenChecksumOfPublicSample(t *testing.T) {
	if _, err := credential.HashToken([]byte("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")); err != nil {
		t.Errorf("HashToken: %v, want no error", err)
	}
}
