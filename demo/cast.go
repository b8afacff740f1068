package demo

import "time"

const (
	org            = "larkspur-freight"
	account        = "418273645091"
	partnerAccount = "530917364820" // in no log
	regionMain     = "us-east-1"
	regionDepots   = "eu-west-1"

	secAdmin      = "larkspur-secadmin"    // the responder, at GitHub and CircleCI
	botLogin      = "larkspur-bot"         // fetches and opens pull requests for CI
	releaseLogin  = "larkspur-release"     // tags and publishes
	contractor    = "rsandhu-contract"     // left on 9 December; so did not his token
	strangerLogin = "dkessler-lf"          // made a project token in December; nobody knows why
	deployKeyName = "deploy_key"           // what GitHub calls the actor when a deploy key acts
	webRepo       = "larkspur-freight/web" // the repository of the deploy key
	infraRepo     = "larkspur-freight/infra"
)

// The addresses of the company and of the intruder. CI has none of its own: each job leaves
// from some address of its provider.
const (
	officeIP       = "192.0.2.10"
	officeBuildIP  = "192.0.2.14" // where Terraform was once run by hand
	cupboardIP     = "192.0.2.61" // the old build machine
	gatewayIP      = "192.0.2.130"
	depotsIP       = "2001:db8:60:7::1f"
	indicatorOneIP = "178.249.214.10" // published by CircleCI
	indicatorTwoIP = "89.36.78.75"    // published by CircleCI
	unpublishedIP  = "198.18.44.87"   // the intruder's, published by nobody
)

// moment is a point in time, UTC.
func moment(month time.Month, day, hour, minute, second int) time.Time {
	year := 2023
	if month > time.June {
		year = 2022
	}
	return time.Date(year, month, day, hour, minute, second, 0, time.UTC)
}

// The calendar. Spans are half-open.
var (
	logsFrom    = moment(11, 15, 0, 0, 0)
	logsUntil   = moment(2, 6, 0, 0, 0)
	streamBroke = moment(12, 11, 0, 0, 0) // from here git events are lost …
	gitAgain    = moment(12, 29, 0, 0, 0) // … to here: seven days before it was noticed
	backupEnds  = moment(12, 1, 0, 0, 0)  // the backup job is retired

	terraformDisabled = moment(1, 5, 13, 25, 40)
	terraformDeleted  = moment(1, 5, 13, 52, 5)
	deployDeleted     = moment(1, 5, 14, 2, 0)
	reportsReplaced   = moment(1, 5, 14, 20, 17) // replaced, never disabled
	botRevoked        = moment(1, 5, 15, 10, 0)
	webKeyDeleted     = moment(1, 5, 15, 31, 20)
	releaseReplaced   = moment(1, 5, 15, 58, 0)
	scannerCreated    = moment(1, 10, 9, 12, 0)
)

// days calls do with midnight of each day that the logs span.
func days(do func(time.Time)) {
	for day := logsFrom; day.Before(logsUntil); day = day.AddDate(0, 0, 1) {
		do(day)
	}
}

func weekend(t time.Time) bool {
	return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
}

// awsUser is an IAM user with the key that it had during the breach and the one after it.
type awsUser struct {
	name        string
	principalID string
	key         string
	nextKey     string
	replaced    time.Time // when nextKey takes over; zero: never
}

// keyAt is the key that the user's own builds hold at t.
func (u awsUser) keyAt(t time.Time) string {
	if u.replaced.IsZero() || t.Before(u.replaced) {
		return u.key
	}
	return u.nextKey
}

// hubToken is a GitHub token as the logs know it.
type hubToken struct {
	hash, hexHash string
	id            int64
}

// cast is everybody and everything that more than one log, or a log and the inventory, must
// agree about.
type cast struct {
	users  map[string]awsUser  // by secret id, besides secadmin and svc-metrics-sync
	roles  map[string]string   // role name to principal id
	tokens map[string]hubToken // by secret id; "… (new)" is the replacement
	logins map[string]int64    // login to GitHub's user id
	repos  map[string]int64    // ORG/REPO to GitHub's repository id

	partnerKey     string
	webKey, newKey sshKey
	chain          chain
}

// chain is what the intruder minted, one from the other.
type chain struct {
	session   string // ops-break-glass, assumed with the deploy key
	userKey   string // of svc-metrics-sync, created by the session
	userToken string // a session of svc-metrics-sync
}

func newCast() *cast {
	d := newDice("cast")
	c := &cast{
		users:  map[string]awsUser{},
		roles:  map[string]string{},
		tokens: map[string]hubToken{},
		logins: map[string]int64{},
		repos:  map[string]int64{},
	}
	for _, u := range []struct {
		id, name string
		replaced time.Time
	}{
		{"aws-deploy", "ci-deploy", deployDeleted},
		{"aws-terraform", "ci-terraform", terraformDisabled},
		{"aws-backup", "svc-backup", time.Time{}},
		{"aws-legacy", "svc-legacy-sync", time.Time{}},
		{"aws-reports", "ci-reports", reportsReplaced},
		{"aws-new", "ci-scanner", time.Time{}},
		{"secadmin", "secadmin", time.Time{}},
		{"intruder", "svc-metrics-sync", time.Time{}},
	} {
		c.users[u.id] = awsUser{
			name: u.name, replaced: u.replaced,
			principalID: d.awsID("AIDA", account),
			key:         d.awsID("AKIA", account), nextKey: d.awsID("AKIA", account),
		}
	}
	c.partnerKey = d.awsID("AKIA", partnerAccount)
	c.chain = chain{
		session:   d.awsID("ASIA", account),
		userKey:   c.users["intruder"].key,
		userToken: d.awsID("ASIA", account),
	}
	for _, name := range []string{
		roleEngineer, roleInstance, roleMetrics, roleConfig, roleBreakGlass, roleTasks,
	} {
		c.roles[name] = d.awsID("AROA", account)
	}
	for _, name := range []string{
		"gh-bot", "gh-bot (new)", "gh-release", "gh-release (new)",
		"mlindqvist", "tferreira", "abrandt", "jokafor-lf",
	} {
		b64, hexa := d.token("ghp")
		c.tokens[name] = hubToken{hash: b64, hexHash: hexa, id: int64(700000000 + d.below(99999999))}
	}
	c.webKey, c.newKey = d.sshKey(), d.sshKey()
	for _, login := range append([]string{
		secAdmin, botLogin, releaseLogin, contractor, strangerLogin,
	}, developers...) {
		c.logins[login] = int64(30000000 + d.below(80000000))
	}
	for _, repo := range repositories {
		c.repos[repo] = int64(300000000 + d.below(200000000))
	}
	return c
}

// developers are logins at GitHub, and at CircleCI the same.
var developers = []string{"mlindqvist", "tferreira", "abrandt", "jokafor-lf"}

var repositories = []string{
	webRepo, infraRepo,
	"larkspur-freight/reports", "larkspur-freight/edi-gateway", "larkspur-freight/billing",
	"larkspur-freight/legacy-sync", publicRepo,
}

// publicRepo holds message formats that customers clone without an account.
const publicRepo = "larkspur-freight/edi-schemas"
