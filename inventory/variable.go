package inventory

import (
	"regexp"
	"strings"
	"time"

	"breachwindow/credential"
)

// variable is an environment variable as an export describes it.
type variable struct {
	class            string
	name, value      string // the value masked
	created, updated string
}

var (
	// What an exporter shows of a value: the mask and at most four characters, or these alone.
	maskedShape = regexp.MustCompile(`^(?:x{4}|X{4}|\*+|\.{3}|…|•+)(.{0,4})$`)
	awsName     = regexp.MustCompile(`(?i)AWS|AMAZON|(?:^|_)(?:ECR|IAM)(?:_|$)`)
	// Stores of others speak S3 too, and their keys are in no log of AWS.
	storeName   = regexp.MustCompile(`(?i)(?:^|_)S3(?:_|$)|^(?:SECRET_)?ACCESS_KEY`)
	keyIDName   = regexp.MustCompile(`(?i)ACCESS_?KEY(?:_?ID)?|AWS_KEY(?:_ID)?$`)
	keyHalfName = regexp.MustCompile(`(?i)SECRET_?(?:ACCESS_?)?KEY`)
	githubName  = regexp.MustCompile(
		`(?i)(?:^|_)(?:GITHUB|GH)_(?:\w+_)?(?:TOKEN|PAT)(?:_|$)`)
	appName = regexp.MustCompile(`(?i)(?:GITHUB|GH)_APP|PRIVATE|WEBHOOK`)
)

// variable takes an environment variable. A name that says AWS access key or GitHub token
// decides its kind, so that a responder who knows the identifier only has to fill it in.
func (c *collector) variable(where container, v variable) {
	f := c.add(where, v.name, Item{Kind: Other, Name: v.name, Class: v.class})
	tail := c.shown(v)
	isKeyID := awsName.MatchString(v.name) && keyIDName.MatchString(v.name) &&
		!keyHalfName.MatchString(v.name)
	id, whole := credential.AccessKeyID(v.value)
	switch {
	case whole:
		f.Kind, f.Identifier = AWSAccessKey, id
	case isKeyID:
		f.Kind = AWSAccessKey
		if last, ok := credential.KeyTail("xxxx" + tail); ok {
			f.Identifier = "xxxx" + last
			f.Notes = "the tail of the value on the day of the export"
		} else if len(tail) == 4 {
			f.Kind = Other
			f.Notes = "its tail is no access key id's, whatever its name says"
		}
	case awsName.MatchString(v.name) && keyHalfName.MatchString(v.name):
		f.Kind, f.half = AWSAccessKey, true
	case githubName.MatchString(v.name) && !appName.MatchString(v.name):
		f.Kind = GitHubToken
	case storeName.MatchString(v.name):
		f.Notes = "if it is a key of AWS, write aws-access-key as kind and its id as identifier"
	}
	c.date(f, v)
}

// shown is what a masked value shows: up to four characters. A value that is not masked may be
// the secret itself and is not looked at any further.
func (c *collector) shown(v variable) string {
	if _, whole := credential.AccessKeyID(v.value); whole || v.value == "" {
		return ""
	}
	if m := maskedShape.FindStringSubmatch(v.value); m != nil {
		return m[1]
	}
	if len(v.value) <= 4 { // truncated_value has no mask
		return v.value
	}
	c.notice("%s: the value of %s is not masked: a secret itself may be in this file; it was not "+
		"taken; delete the file when you are done", c.file, safe(v.name))
	return ""
}

// otherHalf is what the key id of a pair may be called, from the name of its secret half.
func otherHalf(name string) []string {
	name = strings.ToUpper(name)
	var names []string
	for _, id := range []string{"ACCESS_KEY_ID", "ACCESS_KEY", "KEY_ID", "KEY"} {
		names = append(names, keyHalfName.ReplaceAllString(name, id))
	}
	return names
}

// date works out which value the vendor lost. An export describes the value of its own day. When
// that was stored after the incident began, the vendor held an earlier one before, whose
// identifier the export does not have; when it was stored after the vendor had cleaned up, the
// present one is not even exposed.
//
// A variable that is stored again keeps created_at only where the export has updated_at beside
// it; where it has not, created_at may be the day of the last store, and is no creation.
func (c *collector) date(f *found, v variable) {
	created, stored := c.when(f, v.created), c.when(f, v.updated)
	certain := stored != nil
	if certain && created != nil && created.After(*stored) {
		created, f.Notes = nil, note(f.Notes, "the export says that it was stored before it was made")
	}
	if stored == nil {
		stored = created
	}
	switch {
	case stored == nil:
	case c.opts.Starts != nil && stored.Before(*c.opts.Starts):
		f.CreatedAt = stamp(created)
	case certain && created != nil && (created.Equal(*stored) || c.cleanedUp(*created)):
		f.CreatedAt = stamp(created) // it was made then: no value was there before
		if c.cleanedUp(*created) {
			f.Notes = note(f.Notes, "made after the vendor had cleaned up; if it took the place of a "+
				"deleted one, list that too")
		}
	case c.cleanedUp(*stored):
		f.replace(certain, created, "stored again at "+stamp(stored)+
			", after the vendor had cleaned up: the value that was exposed is an earlier one",
			"if there was none, write that date as created_at")
	default:
		c.earlier(f, certain, created, stored)
	}
}

// cleanedUp reports whether the vendor did not lose what was stored then.
func (c *collector) cleanedUp(t time.Time) bool {
	return c.opts.CreatedBefore != nil && !t.Before(*c.opts.CreatedBefore)
}

// replace makes the item the earlier value, of which the export does not show anything.
func (f *found) replace(certain bool, created *time.Time, why, otherwise string) {
	f.replaced, f.Identifier, f.Notes = true, "", why
	if certain {
		f.CreatedAt = stamp(created)
	} else {
		f.Notes = note(f.Notes, otherwise)
	}
}

// earlier keeps the present value, exposed since it was stored, and adds the one before.
func (c *collector) earlier(f *found, certain bool, created, stored *time.Time) {
	it := f.Item
	it.Class = earlierValue
	before := c.add(f.where, f.tail+"/earlier", it)
	before.half, before.uuid = f.half, f.uuid
	before.replace(certain, created, "the value until "+stamp(stored)+
		", when another was stored in its place", "if there was none, put # before this row")
	f.Notes = note(f.Notes, "stored at "+stamp(stored)+", while the vendor was breached")
}

// when reads a time of an export. One that cannot be read is told in the notes.
func (c *collector) when(f *found, text string) *time.Time {
	if text == "" {
		return nil
	}
	m, bad := parseMoment(text)
	if bad != nil {
		f.Notes = note(f.Notes, unreadDate)
		return nil
	}
	return &m.time
}

const unreadDate = "a date of the export could not be read"

// stamp writes a time as an inventory has it.
func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
