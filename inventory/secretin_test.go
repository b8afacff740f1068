package inventory_test

import (
	"strings"
	"testing"

	"breachwindow/inventory"
)

func TestSecretIn(t *testing.T) {
	aws := "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
	for text, want := range map[string]string{
		"our pentest, ticket 42": "",
		"key AKIAIOSFODNN7EXAMPLE of arn:aws:iam::111122223333:user/ci": "",
		"deployed commit 0e58ed8671d6":                                  "",
		"0e58ed8671d6b60d0890c21b07f8835ace038e67":                      "a token of 40 hexadecimal digits",
		"see (0e58ed8671d6b60d0890c21b07f8835ace038e67).":               "a token of 40 hexadecimal digits",
		"it was ghp_" + strings.Repeat("a1", 18):                        "a GitHub token",
		"secret=" + aws + "!":                                           "an AWS secret access key",
		"'" + aws + "'":                                                 "an AWS secret access key",
		"https://bob:hunter2@example.com/":                              "a password in an address",
		strings.Repeat("a", 40):                                         "a token of 40 hexadecimal digits",
		strings.Repeat("x", 40):                                         "",
	} {
		if got := inventory.SecretIn(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
