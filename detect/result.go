package detect

import "time"

// Result is the answer of one run: what every report format renders and what result.json
// holds. Its JSON is fixed by schema 1: fields may be added, never renamed. Arrays are sorted,
// times are RFC 3339 UTC, and the same case gives the same bytes.
type Result struct {
	Schema   int             `json:"schema"`
	Tool     string          `json:"tool"`
	Case     string          `json:"case"`
	Incident IncidentSummary `json:"incident"`
	Secrets  []SecretAnswer  `json:"secrets"`
	Findings []Finding       `json:"findings"`
	// Addresses is what is known of each address that the findings and responders name.
	Addresses []Address `json:"addresses"`
	Lineage   []Minting `json:"lineage"`
	// ExposedNext is what was read with the exposed secrets: the second list to rotate.
	ExposedNext []Exposure `json:"exposed_next"`
	// Responders are who ended exposed secrets, whom the case does not name first.
	Responders []Responder      `json:"responders"`
	Coverage   []CoverageSpan   `json:"coverage"`
	Caveats    []Caveat         `json:"caveats"`
	Blind      []BlindDetection `json:"blind"`
	Problems   []Problem        `json:"problems"`
	Inputs     []Input          `json:"inputs"`
	// Databases are what the knowledge of addresses comes from, in the order in which they are asked.
	Databases []Database `json:"databases"`
	// Origins is from where the exposed secrets were used, held against where they were used before.
	Origins []Origin `json:"origins"`
	// Queries are the detections that found something, as they ran.
	Queries []QueryText `json:"queries"`
	// Settings are those that the case changed.
	Settings []Setting `json:"settings"`
	// Triage is what people decided, as far as it holds or wants a look: by time, without what they
	// took back.
	Triage []Decision `json:"triage"`
	Totals Totals     `json:"totals"`
	// Sightings are the findings as triage compares them. A saved result does not have them.
	Sightings []Sighting `json:"-"`
}

// IncidentSummary names the incident that the case investigates. Ends is nil while the
// incident has no end of its own: then each secret's window ends with its rotation.
type IncidentSummary struct {
	ID     string     `json:"id"`
	Title  string     `json:"title"`
	Starts *time.Time `json:"starts"`
	Ends   *time.Time `json:"ends"`

	Disclosed *time.Time `json:"disclosed"`
	Phases    []Phase    `json:"phases"` // by time
}

// Phase is a step of the incident. A Precision of day or month means that At is its first midnight.
type Phase struct {
	At        time.Time `json:"at"`
	Precision string    `json:"precision"`
	What      string    `json:"what"`
}

// Verdict is the answer for one secret.
type Verdict string

// The verdicts, worst first. A report lists secrets in this order.
const (
	Compromised Verdict = "compromised"
	Suspicious  Verdict = "suspicious"
	Unknown     Verdict = "unknown"
	Used        Verdict = "used"
	Unused      Verdict = "unused"
	Unexposed   Verdict = "unexposed"
)

// Level is how much a finding weighs.
type Level string

// The levels of findings, least first.
const (
	Informational Level = "informational"
	Low           Level = "low"
	Medium        Level = "medium"
	High          Level = "high"
	Critical      Level = "critical"
)

// SecretAnswer is one secret's window, rotation, verdict and the reasons for both.
type SecretAnswer struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	Identifier string `json:"identifier"` // shortened for reading: AKIA…K7QX
	Name       string `json:"name,omitempty"`
	StoredIn   string `json:"stored_in"`
	Owner      string `json:"owner,omitempty"`

	ExposedAt *time.Time `json:"exposed_at"`
	RotatedAt *time.Time `json:"rotated_at"`
	RevokedAt *time.Time `json:"revoked_at"`
	WindowEnd *time.Time `json:"window_end"` // nil: the window is still open

	Rotation        string   `json:"rotation"` // confirmed, claimed, vendor, contradicted, missing
	RotationBecause []string `json:"rotation_because"`
	Verdict         Verdict  `json:"verdict"`
	Because         []string `json:"because"`
	// Confidence is high, medium or low, and empty where the verdict is unknown or unexposed.
	Confidence        Confidence `json:"confidence"`
	ConfidenceBecause []string   `json:"confidence_because"` // what lowers it
	Next              []string   `json:"next"`               // what to do, most urgent first

	Uses     UseCounts  `json:"uses"`
	FirstUse *time.Time `json:"first_use"` // in the window, by the secret's own credentials
	LastUse  *time.Time `json:"last_use"`
	// Days are those with uses, from thirty days before the window on.
	Days     []UseDay `json:"days"`
	Findings []string `json:"findings"` // ids, worst first
	// RestsOnTriage tells that the verdict would be another one without what people decided, or that
	// uses are expected only because of that. Because says which decisions these are.
	RestsOnTriage bool `json:"rests_on_triage,omitempty"`
	// Triage is what a person decided on the secret itself; nil: nothing.
	Triage *Triage `json:"triage,omitempty"`
}

// UseCounts counts a secret's uses: Before, Window and After by its own credentials and by
// time, Expected the part of Window that is expected, Derived all uses by derived credentials.
type UseCounts struct {
	Before   int64 `json:"before"`
	Window   int64 `json:"window"`
	After    int64 `json:"after"`
	Expected int64 `json:"expected"`
	Derived  int64 `json:"derived"`
}

// UseDay counts the uses of one day, by the secret's own credentials and by derived ones: all are
// Expected + Unexpected + Untold, of which the log cannot say whose they were. Failed, Derived and
// After, by its own credentials after its window had closed, are parts of all.
type UseDay struct {
	Day        string `json:"day"` // 2022-12-22, UTC
	Expected   int64  `json:"expected"`
	Unexpected int64  `json:"unexpected"`
	Untold     int64  `json:"untold"`
	Failed     int64  `json:"failed"`
	Derived    int64  `json:"derived"`
	After      int64  `json:"after"`
}

// All is how many uses the day has.
func (d UseDay) All() int64 { return d.Expected + d.Unexpected + d.Untold }

// Finding is what a detection reports: the rows of its query that share a secret and the
// columns that its header groups by.
type Finding struct {
	ID         string         `json:"id"` // stable: a hash of case, query, secret and group
	Query      string         `json:"query"`
	Level      Level          `json:"level"`
	Secret     string         `json:"secret"` // "": activity in the window tied to no secret
	Credential string         `json:"credential"`
	Title      string         `json:"title"`
	FirstSeen  time.Time      `json:"first_seen"`
	LastSeen   time.Time      `json:"last_seen"`
	Count      int64          `json:"count"`
	Events     []string       `json:"events"` // the first hundred event ids in time order
	Places     []Place        `json:"places"` // of the first five of these
	IPs        []string       `json:"ips"`
	Actors     []string       `json:"actors"`
	Actions    []string       `json:"actions"`
	Attributes map[string]any `json:"attributes"`
	// Triage is what a person decided on the finding, or on its secret; nil: nothing.
	Triage *Triage `json:"triage,omitempty"`
}

// Place is where the record of an event is: a file, by its path as in Inputs, and the line or
// element.
type Place struct {
	Event string `json:"event"`
	File  string `json:"file"`
	Pos   int64  `json:"pos"`
}

// Origin is a network and country from which a secret, or what it made, was used in its window or
// after it. With no use Before it is new, unless the secret has no Baseline to compare with.
type Origin struct {
	Secret       string    `json:"secret"`
	Network      string    `json:"network"`
	Country      string    `json:"country"`
	Organisation string    `json:"organisation"`
	Labels       []string  `json:"labels"`
	Addresses    int64     `json:"addresses"`
	Before       int64     `json:"before"` // uses before the window
	Uses         int64     `json:"uses"`   // in it and after it
	Unexpected   int64     `json:"unexpected"`
	Baseline     bool      `json:"baseline"`
	FirstSeen    time.Time `json:"first_seen"` // since the window opened
	LastSeen     time.Time `json:"last_seen"`
}

// QueryText is a detection as it ran, and what its header says of it.
type QueryText struct {
	ID             string   `json:"id"`
	Title          string   `json:"title"`
	Description    string   `json:"description"`
	Level          string   `json:"level"`
	Attack         []string `json:"attack"`
	FalsePositives string   `json:"false_positives"`
	References     []string `json:"references"`
	SQL            string   `json:"sql"`
}

// Setting is a threshold that the case changed.
type Setting struct {
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Default float64 `json:"default"`
	Meaning string  `json:"meaning"`
}

// Address is what is known of an address. Labels are hints, never verdicts.
type Address struct {
	IP           string   `json:"ip"`
	Network      string   `json:"network"` // AS and its number where known, else the /24 or /48
	Country      string   `json:"country"`
	City         string   `json:"city"`
	ASN          int64    `json:"asn"` // 0: not known
	Organisation string   `json:"organisation"`
	Labels       []string `json:"labels"` // hosting, vpn, tor, cloud provider, ci …
	Activity     Activity `json:"activity"`
}

// Activity is what came from an address, whatever the findings name of it: who tells others of an
// address must know whose it is.
type Activity struct {
	// Indicator is the one of the incident or of the customer that names it, "" for none.
	Indicator           string `json:"indicator"`
	IndicatorConfidence string `json:"indicator_confidence"`
	// Own is why it is the customer's: OwnAddress, OwnNetwork, OwnResponder; "": nothing says so.
	Own    string `json:"own"`
	Before int64  `json:"before"` // events before the incident began, whoever acted
	Since  int64  `json:"since"`  // and since then
	// Expected and Unexpected are the uses of exposed secrets and of what they made; of Since, Others
	// are no such use.
	Expected   int64      `json:"expected"`
	Unexpected int64      `json:"unexpected"`
	Others     int64      `json:"others"`
	FirstSeen  *time.Time `json:"first_seen"` // of Since
	LastSeen   *time.Time `json:"last_seen"`
}

// Why an address is the customer's own.
const (
	OwnAddress   = "listed"            // case.yaml names it
	OwnNetwork   = "network listed"    // case.yaml names a network that it is in
	OwnResponder = "used by responder" // with a credential that was not exposed
)

// Database is a source of what is known of addresses.
type Database struct {
	Name   string     `json:"name"` // as the case names it, or built-in …
	Type   string     `json:"type"`
	Built  *time.Time `json:"built"`
	SHA256 string     `json:"sha256"`
	Source string     `json:"source"` // who made it, under which licence
}

// Minting is one step of the chain from a secret to what was made with it. Expires is nil for
// a long-term credential or where the log does not say.
type Minting struct {
	Secret  string     `json:"secret"`
	Parent  string     `json:"parent"`
	Child   string     `json:"child"`
	How     string     `json:"how"`    // the call; "…, inferred" where no event says what it made
	Target  string     `json:"target"` // for whom or of what: a user, a role, a repository
	At      time.Time  `json:"at"`
	Expires *time.Time `json:"expires"`
	// Ends is when it stopped working: its expiry, or proof in the log that it was removed before.
	Ends *time.Time `json:"ends"`
	// Outlived tells that it worked, or lasts, after the window of its secret had closed.
	Outlived bool   `json:"outlived"`
	Uses     int64  `json:"uses"`
	Event    string `json:"event"`
}

// Exposure is a thing that an exposed secret, or what it made, read: a value to rotate too. Certain
// is false where the log cannot tell the reader from the owner.
type Exposure struct {
	Secret     string    `json:"secret"`
	What       string    `json:"what"` // secret, parameter, code, function environment …
	Name       string    `json:"name"`
	Credential string    `json:"credential"`
	Action     string    `json:"action"`
	FirstSeen  time.Time `json:"first_seen"`
	LastSeen   time.Time `json:"last_seen"`
	Reads      int64     `json:"reads"`
	Certain    bool      `json:"certain"`
	Event      string    `json:"event"`
}

// Responder is who disabled, deleted or replaced exposed secrets since their exposure, with nothing
// that an exposed secret is or made. One that the case does not name is likely a responder; an
// intruder may rotate too.
type Responder struct {
	Actor       string   `json:"actor"`
	Credentials []string `json:"credentials"` // with which, where the log says so
	Named       bool     `json:"named"`       // in the case
	// SameName: an exposed secret acts in this name too.
	SameName  bool       `json:"same_name"`
	IPs       []string   `json:"ips"`
	FirstSeen time.Time  `json:"first_seen"`
	LastSeen  time.Time  `json:"last_seen"`
	Rotations []Rotation `json:"rotations"` // by time
	// Findings are those tied to no secret that are its acts.
	Findings []string `json:"findings"`
}

// Rotation is an act that ended an exposed secret.
type Rotation struct {
	Secret     string    `json:"secret"`
	How        string    `json:"how"` // deleted, disabled, revoked …
	At         time.Time `json:"at"`
	Credential string    `json:"credential"` // that did it
	IP         string    `json:"ip"`
	Event      string    `json:"event"`
}

// CoverageSpan says what span of time the logs of one scope really cover, half-open, and the
// silences in it that are too long to be quiet.
type CoverageSpan struct {
	Source string    `json:"source"`
	Scope  string    `json:"scope"` // account/region, organization/git …
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Events int64     `json:"events"`
	Gaps   []Gap     `json:"gaps"`

	Kinds []KindSpan `json:"kinds"`
	// EventsPerDay begins with the day of From, UTC, and has at most ten years; a day without
	// any is 0.
	EventsPerDay []int64 `json:"events_per_day"`
	// LongestSilence is the longest span between two events; nil with fewer than two hours of
	// them. UsualSilence is in seconds what is no surprise here; 0: no rhythm is known.
	LongestSilence *Gap  `json:"longest_silence"`
	UsualSilence   int64 `json:"usual_silence"`
}

// KindSpan is what a scope's log has of one kind of events, which can be switched off by itself:
// management, data, insight, network (CloudTrail); git, web, api, enterprise (GitHub).
type KindSpan struct {
	Kind   string    `json:"kind"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Events int64     `json:"events"`
}

// Caveat is what the logs of a scope cannot show, whatever the window.
type Caveat struct {
	Source string `json:"source"`
	Scope  string `json:"scope"`
	Text   string `json:"text"`
}

// Gap is a half-open span of time that a scope's logs do not cover.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// BlindDetection names a detection that cannot speak on these logs, and why.
type BlindDetection struct {
	Query string `json:"query"`
	Why   string `json:"why"`
}

// Problem is something about the case's logs that coverage and the counts of records do not say:
// a path that is not there, a folder that was skipped, a file that is gone.
type Problem struct {
	What   string `json:"what"` // missing, unreadable, skipped, same id …
	Path   string `json:"path"`
	Why    string `json:"why"`
	Blocks bool   `json:"blocks"` // it keeps secrets from being cleared
}

// Input is one file as it was read: Records = Events + Duplicates + Rejects.
type Input struct {
	Path       string `json:"path"`
	SHA256     string `json:"sha256"`
	Form       string `json:"form"`
	Records    int64  `json:"records"`
	Events     int64  `json:"events"`
	Duplicates int64  `json:"duplicates"`
	Rejects    int64  `json:"rejects"`
}

// Totals sums the inputs.
type Totals struct {
	Files      int64 `json:"files"`
	Records    int64 `json:"records"`
	Events     int64 `json:"events"`
	Duplicates int64 `json:"duplicates"`
	Rejects    int64 `json:"rejects"`
}
