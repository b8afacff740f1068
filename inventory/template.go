package inventory

import (
	"fmt"
	"strings"
)

// Template is a CSV file to fill in: what to write as comments, the header, no secrets.
// Read reads it as it is.
func Template() string {
	var b strings.Builder
	b.WriteString(`# The secrets that the vendor held, one a line. Lines that start with # are not read.
# Write what names a secret, never the secret itself: files that hold one are refused.
#
# id          your name for it; every secret has its own
# kind        one of the kinds below
# identifier  what logs call it, see below; leave it empty if nobody knows it
# name        the variable or label under which the vendor kept it
# stored_in   where the vendor kept it: context:NAME, project:gh/ORG/REPO ...
# created_at  when it was made: 2022-11-03T09:00:00Z, or the date alone (its start, UTC)
# rotated_at  when it was replaced, likewise; a date alone means the end of that day, UTC;
#             leave it empty if it was not
# owner       who answers for it
# notes       anything else; further columns are kept and shown
#
# kinds, and their identifier:
`)
	for _, k := range Kinds() {
		fmt.Fprintf(&b, "#   %-23s %s\n", k.Kind, k.Identifier)
		if k.Shows == "" {
			fmt.Fprintf(&b, "#   %-23s (no log shows its use)\n", "")
		}
	}
	b.WriteString(`#
# examples:
# deploy,aws-access-key,AKIAIOSFODNN7EXAMPLE,AWS_ACCESS_KEY_ID,context:aws-prod,2022-11-03,` +
		`2023-01-05T10:11:00Z,ops,
# bot,github-token,token_id:123456,GITHUB_TOKEN,project:gh/acme/web,,2023-01-05,web,
`)
	b.WriteString(strings.Join(columns, ",") + "\n")
	return b.String()
}
