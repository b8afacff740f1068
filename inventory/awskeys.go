package inventory

import (
	"regexp"
	"slices"
	"strings"

	"breachwindow/credential"
)

var (
	keyIDWord   = regexp.MustCompile(`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b`)
	accountWord = regexp.MustCompile(`\b[0-9]{12}\b`)

	// A mail of AWS masks a key as ****-****-K7QX, and the account likewise, in digits.
	maskedKeyWord = regexp.MustCompile(
		`(?:\*{2,}-\*{2,}-|\b(?:AKIA|ASIA)[*.…xX]{2,})([A-Z0-9]{4})\b`)
	onlyDigits = regexp.MustCompile(`^[0-9]+$`)

	eventColumn = regexp.MustCompile(`(?i)\bevent[ _]?(?:name|time|source|id)\b`)
)

// awsLacks is what lists of IAM never have.
const awsLacks = "keys that were deleted before the export"

// accessKeys takes `aws iam list-access-keys`. Which of them the vendor held it cannot say.
func (c *collector) accessKeys(list []node, ok bool) {
	c.is("aws iam list-access-keys", awsLacks)
	if !ok {
		c.p.add(place{}, fault{"AccessKeyMetadata is not a list", "export it again"})
		return
	}
	for _, n := range list {
		user := n.text("UserName")
		id, ok := credential.AccessKeyID(n.text("AccessKeyId"))
		if !ok {
			c.p.add(place{}, fault{n.at + ": AccessKeyId is no access key id", "export it again"})
			continue
		}
		f := c.add(container{}, awsPrefix("", user)+id, Item{
			Kind: AWSAccessKey, Identifier: id, Name: user, Class: accessKey, Bare: true,
			Notes: noteOf("status ", n.text("Status")),
		})
		f.CreatedAt = stamp(c.when(f, n.text("CreateDate")))
		if user != "" {
			c.cover(awsPrefix("", user), accessKey)
		}
	}
}

// awsPrefix is how ids of a user's keys begin, with as much as is known.
func awsPrefix(account, user string) string {
	var b strings.Builder
	b.WriteString("aws:")
	for _, part := range []string{account, user} {
		if part != "" {
			b.WriteString(part + "/")
		}
	}
	return b.String()
}

// credentialReport takes IAM's credential report. It names users and the two places that each
// has for a key, but no key: every item is without identifier until somebody fills it in. What it
// calls the last rotation is when the key was made or changed, and is neither a creation nor a
// rotation here.
func (c *collector) credentialReport() bool {
	rows, ok := c.readTable("user", "arn", "access_key_1_active", "access_key_1_last_rotated")
	if !ok {
		return false
	}
	c.is("IAM credential report", "the access key ids, passwords, certificates, "+awsLacks)
	for _, r := range rows {
		account := accountWord.FindString(r["arn"])
		for _, slot := range []string{"1", "2"} {
			c.keySlot(r, account, slot)
		}
		c.cover(awsPrefix(account, ""), accessKey)
	}
	return true
}

func (c *collector) keySlot(r tableRow, account, slot string) {
	column := "access_key_" + slot
	active := strings.ToLower(r[column+"_active"])
	changed := r[column+"_last_rotated"]
	if active == "" && changed == "" || active == "false" && none(changed) {
		return
	}
	f := c.add(container{}, awsPrefix(account, r["user"])+"key-"+slot, Item{
		Kind: AWSAccessKey, Name: r["user"], Class: accessKeySlot, Account: account,
		Notes: "write its access key id as identifier: aws iam list-access-keys prints it",
	})
	for _, say := range []struct{ what, value string }{
		{"active ", active},
		{"made or changed ", changed},
		{"last used ", r[column+"_last_used_date"]},
	} {
		if !none(say.value) {
			f.Notes = note(f.Notes, say.what+say.value)
		}
	}
}

// none reports whether a report says that there is nothing to say.
func none(s string) bool {
	return slices.Contains([]string{"", "n/a", "no_information", "not_supported"}, strings.ToLower(s))
}

// keyWords are the access key ids of a line, and the tails of those that are masked.
func keyWords(line string) []string {
	ids := keyIDWord.FindAllString(line, -1)
	for _, m := range maskedKeyWord.FindAllStringSubmatch(line, -1) {
		if tail, ok := credential.KeyTail("xxxx" + m[1]); ok && !onlyDigits.MatchString(m[1]) {
			ids = append(ids, "xxxx"+tail)
		}
	}
	return ids
}

// keyText takes every access key id of a text: the mail of AWS, a column of a sheet, a report. An
// account is taken from the same line, when that has only one.
func (c *collector) keyText(lines []textLine) bool {
	if !slices.ContainsFunc(lines, func(l textLine) bool { return len(keyWords(l.text)) > 0 }) {
		return false
	}
	if len(eventColumn.FindAllString(lines[0].text, -1)) > 1 {
		c.p.add(place{line: lines[0].line}, fault{
			"this is a log: whose keys are in it was not necessarily held by the vendor",
			"put it into the case's logs; import lists of secrets only",
		})
		return true
	}
	form := "text with AWS access key ids"
	without := 0
	for _, l := range lines {
		ids := keyWords(l.text)
		if len(ids) == 0 {
			without++
		}
		account := ""
		if all := accountWord.FindAllString(l.text, -1); len(slices.Compact(slices.Sorted(
			slices.Values(all)))) == 1 {
			account = all[0]
		}
		for _, id := range ids {
			it := Item{
				Kind: AWSAccessKey, Identifier: id, Account: account, Class: accessKey, Bare: true,
			}
			// The text form of aws iam list-access-keys has its columns in the order of their names.
			if w := strings.Split(l.text, "\t"); len(w) == 5 && w[0] == "ACCESSKEYMETADATA" {
				form = "aws iam list-access-keys"
				it.Name, it.Notes = w[4], noteOf("status ", w[3])
				if m, bad := parseMoment(w[2]); bad == nil {
					it.CreatedAt = stamp(&m.time)
				}
			}
			c.add(container{}, awsPrefix("", it.Name)+id, it)
		}
	}
	if without > 0 {
		c.notice("%s: lines without an access key id, which were passed over: %d", c.file, without)
	}
	c.is(form, awsLacks)
	return true
}
