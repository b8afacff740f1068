package report

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"breachwindow/detect"
)

const (
	ocsfVersion = "1.8.0"
	ocsfClass   = 2004 // Detection Finding
)

// OCSF writes the result as Detection Findings of the Open Cybersecurity Schema Framework, a line
// of JSON each: the findings, worst first, then one for each secret.
//
// The secrets are among them because their verdicts are the answer. A SIEM that had the findings
// only would take a secret of which the logs cannot tell for one that is safe: no finding speaks of
// it. A secret that is used, unused or unexposed is written too, so that a later run closes what an
// earlier one opened: as resolved, unless it was never rotated and may still be used by whoever has
// it. The uid of a finding and of a secret's verdict is the same in each run of a case.
//
// What people decided is the status: a finding that was triaged benign is suppressed, as long as
// that holds, and so is a secret that is clear with the help of triage; what was confirmed or needs
// work is in progress. The comment says who decided, when and why.
//
// No clock is read. The time of a finding is that of the last event that it rests on: before, it
// could not have been made as it is. The time of a verdict is the end of what the logs cover, for
// it speaks of all of them.
func OCSF(w io.Writer, r *detect.Result) error {
	r = cleaned(r)
	m := &ocsfMaker{
		r: r, secrets: map[string]detect.SecretAnswer{}, queries: map[string]detect.QueryText{},
		attack: attackOf(r.Queries), known: byIP(r.Addresses), states: map[string]ocsfState{},
		asOf: endOfLogs(r),
	}
	for _, s := range r.Secrets {
		m.secrets[s.ID] = s
	}
	for _, q := range r.Queries {
		m.queries[q.ID] = q
	}
	for _, f := range r.Findings {
		m.states[f.ID] = ocsfStateOf(f)
	}
	var lines []ocsfFinding
	for _, f := range WorstFindings(r.Findings) {
		lines = append(lines, m.finding(f))
	}
	for _, s := range Worst(r.Secrets) {
		lines = append(lines, m.verdict(s))
	}
	return writeLines(w, "findings", lines)
}

// endOfLogs is the last time that the logs cover, else the last one that the result knows.
func endOfLogs(r *detect.Result) (end time.Time) {
	for _, c := range r.Coverage {
		end = later(end, c.To)
	}
	if !end.IsZero() {
		return end
	}
	for _, f := range r.Findings {
		end = later(end, f.LastSeen)
	}
	for _, at := range []*time.Time{r.Incident.Starts, r.Incident.Disclosed} {
		if at != nil {
			end = later(end, *at)
		}
	}
	if end.IsZero() {
		end = time.Unix(0, 0)
	}
	return end
}

// ocsfMaker makes the lines of one result.
type ocsfMaker struct {
	r       *detect.Result
	secrets map[string]detect.SecretAnswer
	queries map[string]detect.QueryText
	attack  map[string][]string
	known   map[string]detect.Address
	states  map[string]ocsfState // of findings
	asOf    time.Time
}

// ocsfState is an activity and the status that goes with it.
type ocsfState struct {
	activityID int
	activity   string
	statusID   int
	status     string
}

var (
	ocsfOpen   = ocsfState{1, "Create", 1, "New"}
	ocsfAtWork = ocsfState{2, "Update", 2, "In Progress"}
	ocsfBenign = ocsfState{3, "Close", 3, "Suppressed"}
	ocsfClosed = ocsfState{3, "Close", 4, "Resolved"}
)

// triagedTo is the state after what a person decided. A decision that does not hold any more
// changes nothing: it is as new as before.
func (s ocsfState) triagedTo(t *detect.Triage) ocsfState {
	if t == nil || t.State != detect.Holds && t.State != "" {
		return s
	}
	switch t.Decision {
	case detect.Confirmed, detect.NeedsWork:
		return ocsfAtWork
	}
	return s
}

// ocsfStateOf is the state of a finding.
func ocsfStateOf(f detect.Finding) ocsfState {
	if f.Benign() {
		return ocsfBenign
	}
	return ocsfOpen.triagedTo(f.Triage)
}

// base is what every line has.
func (m *ocsfMaker) base(uid, title string, state ocsfState, severity int) ocsfFinding {
	name, version, _ := strings.Cut(m.r.Tool, " ")
	name = cmp.Or(name, "breachwindow")
	captions := []string{"Unknown", "Informational", "Low", "Medium", "High", "Critical"}
	return ocsfFinding{
		ActivityID: state.activityID, ActivityName: state.activity,
		CategoryUID: 2, CategoryName: "Findings", ClassUID: ocsfClass, ClassName: "Detection Finding",
		TypeUID:    int64(ocsfClass*100 + state.activityID),
		TypeName:   "Detection Finding: " + state.activity,
		SeverityID: severity, Severity: captions[severity],
		StatusID: state.statusID, Status: state.status, Time: m.asOf.UnixMilli(),
		Metadata: ocsfMetadata{
			Version: ocsfVersion, UID: uid, CorrelationUID: m.r.Case,
			Product: ocsfProduct{Name: name, VendorName: name, Version: version},
		},
		FindingInfo: ocsfInfo{UID: uid, Title: title},
		Unmapped: map[string]any{
			"case":     m.r.Case,
			"incident": map[string]string{"id": m.r.Incident.ID, "title": m.r.Incident.Title},
		},
	}
}

func ocsfSeverity(l detect.Level) int {
	return map[detect.Level]int{
		detect.Informational: 1, detect.Low: 2, detect.Medium: 3, detect.High: 4, detect.Critical: 5,
	}[l]
}

// confidence fills in high, medium or low.
func (f *ocsfFinding) confidence(word string) {
	for id, caption := range map[int]string{1: "Low", 2: "Medium", 3: "High"} {
		if strings.EqualFold(word, caption) {
			f.ConfidenceID, f.Confidence = id, caption
		}
	}
}

// span fills in the times of the events.
func (f *ocsfFinding) span(first, last *time.Time) {
	if first == nil || last == nil {
		return
	}
	from, to := first.UnixMilli(), last.UnixMilli()
	f.StartTime, f.EndTime = &from, &to
	f.FindingInfo.FirstSeenTime, f.FindingInfo.LastSeenTime = &from, &to
}

func (m *ocsfMaker) finding(f detect.Finding) ocsfFinding {
	title := cmp.Or(f.Title, f.Query, f.ID)
	out := m.base(f.ID, title, ocsfStateOf(f), ocsfSeverity(f.Level))
	out.span(&f.FirstSeen, &f.LastSeen)
	out.Time, out.Count = f.LastSeen.UnixMilli(), f.Count
	out.IsAlert = weight(f.Level) <= weight(detect.Medium) && !f.Benign()
	out.Comment = TriageText(f.Triage)
	out.Message = title
	if f.Secret != "" {
		out.Message += " Secret " + f.Secret
	}
	if word, ok := f.Attributes["confidence"].(string); ok { // of the indicator that it rests on
		out.confidence(word)
	}
	out.Metadata.EventCode = f.Query
	q := m.queries[f.Query]
	out.FindingInfo.Desc = q.Description
	out.FindingInfo.Types = []string{"Use of an exposed secret"}
	if f.Query != "" {
		out.FindingInfo.Analytic = &ocsfAnalytic{UID: f.Query, Name: q.Title, TypeID: 1, Type: "Rule"}
	}
	for _, id := range m.attack[f.Query] {
		out.FindingInfo.Attacks = append(out.FindingInfo.Attacks, ocsfAttackOf(techniqueOf(id)))
	}
	out.related(f)
	out.Evidences = m.evidences(f)
	out.Observables = observablesOf(f)
	if s, ok := m.secrets[f.Secret]; ok && f.Secret != "" {
		out.Resources = []ocsfResource{ocsfResourceOf(s)}
		out.Unmapped["verdict"], out.Unmapped["rotation"] = s.Verdict, s.Rotation
	}
	out.Unmapped["level"], out.Unmapped["attributes"] = f.Level, pairs(f)
	if q.FalsePositives != "" {
		out.Unmapped["false_positives"] = q.FalsePositives
	}
	return out
}

// related names the events, and of the first ones where their records are.
func (f *ocsfFinding) related(x detect.Finding) {
	places := map[string]string{}
	for i, text := range evidenceOf(x.Places) {
		places[x.Places[i].Event] = text
	}
	for _, event := range x.Events {
		if event != "" {
			f.FindingInfo.Related = append(f.FindingInfo.Related,
				ocsfRelated{UID: event, Desc: places[event]})
		}
	}
	if len(f.FindingInfo.Related) > 0 {
		f.FindingInfo.RelatedCount = x.Count
	}
}

// stateOf is the state of a finding of which only the id is known.
func (m *ocsfMaker) stateOf(id string) ocsfState {
	if state, ok := m.states[id]; ok {
		return state
	}
	return ocsfOpen
}

// verdict is the line of a secret.
func (m *ocsfMaker) verdict(s detect.SecretAnswer) ocsfFinding {
	state, severity, alert := ocsfOpen, ocsfSeverity(detect.Informational), true
	switch {
	case s.Verdict == detect.Compromised:
		severity = ocsfSeverity(detect.Critical)
	case s.Verdict == detect.Suspicious:
		severity = ocsfSeverity(detect.High)
	case s.Verdict == detect.Unknown, isAlive(s): // get a log; rotate it
		severity = ocsfSeverity(detect.Medium)
	case s.RestsOnTriage:
		state, alert = ocsfBenign, false
	default:
		state, alert = ocsfClosed, false
	}
	if alert {
		state = state.triagedTo(s.Triage)
	}
	title := "Exposed secret " + s.ID + ": " + string(s.Verdict)
	out := m.base("verdict:"+m.r.Case+":"+s.ID, title, state, severity)
	out.IsAlert, out.Message = alert, title+", rotation "+s.Rotation
	out.Comment = TriageText(s.Triage)
	out.StatusDetail = strings.Join(slices.Concat(s.Because, s.RotationBecause), " ")
	out.FindingInfo.Types = []string{"Verdict on an exposed secret"}
	out.confidence(string(s.Confidence))
	out.span(s.FirstUse, s.LastUse)
	for _, id := range s.Findings {
		if id != "" {
			out.FindingInfo.Related = append(out.FindingInfo.Related,
				ocsfRelated{UID: id, TypeUID: ocsfClass*100 + int64(m.stateOf(id).activityID)})
		}
	}
	out.FindingInfo.RelatedCount = int64(len(out.FindingInfo.Related))
	out.Resources = []ocsfResource{ocsfResourceOf(s)}
	out.Observables = []ocsfObservable{{"resources[].uid", 10, "Resource UID", s.ID}}
	if len(s.Next) > 0 {
		out.Remediation = &ocsfRemediation{strings.Join(s.Next, " ")}
	}
	out.Unmapped["verdict"], out.Unmapped["rotation"] = s.Verdict, s.Rotation
	out.Unmapped["uses"] = s.Uses
	if len(s.ConfidenceBecause) > 0 {
		out.Unmapped["confidence_because"] = s.ConfidenceBecause
	}
	return out
}
