package credential_test

import (
	"regexp"
	"testing"

	"breachwindow/credential"
)

func TestAccessKeyID(t *testing.T) {
	tests := []struct {
		name, in, want string
		ok             bool
	}{
		{name: "long-term", in: "AKIAIOSFODNN7EXAMPLE", want: "AKIAIOSFODNN7EXAMPLE", ok: true},
		{name: "session", in: "ASIARZPUZDIKMCNEUDUM", want: "ASIARZPUZDIKMCNEUDUM", ok: true},
		{name: "bearer", in: "ABIAIOSFODNN7EXAMPLE", want: "ABIAIOSFODNN7EXAMPLE", ok: true},
		{name: "context", in: "ACCAIOSFODNN7EXAMPLE", want: "ACCAIOSFODNN7EXAMPLE", ok: true},
		{name: "lower case", in: " akiaiosfodnn7example\n", want: "AKIAIOSFODNN7EXAMPLE", ok: true},
		{name: "not base32", in: "AKIATFQR7NSC8Q4X20BJ", want: "AKIATFQR7NSC8Q4X20BJ", ok: true},
		{name: "19 characters", in: "AKIAIOSFODNN7EXAMPL", want: "AKIAIOSFODNN7EXAMPL"},
		{name: "21 characters", in: "AKIAIOSFODNN7EXAMPLEX", want: "AKIAIOSFODNN7EXAMPLEX"},
		{name: "user id", in: "AIDAIOSFODNN7EXAMPLE", want: "AIDAIOSFODNN7EXAMPLE"},
		{name: "slash", in: "AKIAIOSFODNN7EXAMPL/", want: "AKIAIOSFODNN7EXAMPL/"},
		{name: "empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := credential.AccessKeyID(tt.in)
			if got != tt.want || ok != tt.ok {
				t.Errorf("AccessKeyID(%q) = %q, %t, want %q, %t", tt.in, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestKeyTail(t *testing.T) {
	tests := []struct {
		name, in, want string
		ok             bool
	}{
		{name: "circleci", in: "xxxxABCD", want: "ABCD", ok: true},
		{name: "stars", in: "****K7QX", want: "K7QX", ok: true},
		{name: "dots", in: "...2345", want: "2345", ok: true},
		{name: "ellipsis", in: "…ABCD", want: "ABCD", ok: true},
		{name: "our own short form", in: "AKIA…K7QX", want: "K7QX", ok: true},
		{name: "prefix and a long mask", in: " AKIA************K7QX ", want: "K7QX", ok: true},
		{name: "a tail that starts like the mask", in: "XXXXXABC", want: "XABC", ok: true},
		{name: "mask alone", in: "xxxx"},
		{name: "short value", in: "xxxxBCD"},
		{name: "long tail", in: "xxxxABCDE"},
		{name: "lower case", in: "xxxxAb3d"},
		{name: "no mask", in: "ABCD"},
		{name: "mixed masks", in: "x*ABCD"},
		{name: "whole key", in: "AKIAIOSFODNN7EXAMPLE"},
		{name: "empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := credential.KeyTail(tt.in)
			if got != tt.want || ok != tt.ok {
				t.Errorf("KeyTail(%q) = %q, %t, want %q, %t", tt.in, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestAccountOf(t *testing.T) {
	tests := []struct {
		name, in, want string
		ok             bool
	}{
		{name: "leading zero", in: "ASIAQNZGKIQY56JQ7WML", want: "029608264753", ok: true},
		{name: "plain", in: "ASIARZPUZDIKMCNEUDUM", want: "123456789012", ok: true},
		{name: "lower case", in: "asiarzpuzdikmcneudum", want: "123456789012", ok: true},
		{name: "old form", in: "AKIAIOSFODNN7EXAMPLE"},
		{name: "old form J", in: "ASIAJZPUZDIKMCNEUDUM"},
		{name: "fifth character P, the last of the old form", in: "AKIAPZPUZDIKMCNEUDUM"},
		{name: "not base32", in: "AKIATFQR7NSC8Q4X20BJ"},
		{name: "more than twelve digits", in: "AKIA7777777777777777"},
		{name: "short", in: "ASIARZPUZDIKMCNEUDU"},
		{name: "user id", in: "AIDARZPUZDIKMCNEUDUM"},
		{name: "empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := credential.AccountOf(tt.in)
			if got != tt.want || ok != tt.ok {
				t.Errorf("AccountOf(%q) = %q, %t, want %q, %t", tt.in, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func FuzzAccountOf(f *testing.F) {
	for _, s := range []string{"ASIAQNZGKIQY56JQ7WML", "AKIA7777777777777777", "AKIAIOSFODNN7EXAMPLE"} {
		f.Add(s)
	}
	twelve := regexp.MustCompile(`^[0-9]{12}$`)
	f.Fuzz(func(t *testing.T, s string) {
		account, ok := credential.AccountOf(s)
		if ok != twelve.MatchString(account) {
			t.Errorf("AccountOf(%q) = %q, %t", s, account, ok)
		}
		id, known := credential.AccessKeyID(s)
		if ok && !known {
			t.Errorf("AccountOf(%q) reads %q, which is no access key id", s, id)
		}
		if again, same := credential.AccessKeyID(id); again != id || same != known {
			t.Errorf("AccessKeyID(%q) = %q, %t; of that %q, %t", s, id, known, again, same)
		}
	})
}
