package detect

import "slices"

// levels are the levels in order, least first.
var levels = []Level{Informational, Low, Medium, High, Critical}

// Levels returns the levels, least first.
func Levels() []Level { return slices.Clone(levels) }

func (l Level) rank() int { return slices.Index(levels, l) }

// lower is the level one step down, for activity that is tied to no secret.
func (l Level) lower() Level {
	return levels[max(0, l.rank()-1)]
}

// verdicts are the verdicts in order, worst first.
var verdicts = []Verdict{Compromised, Suspicious, Unknown, Used, Unused, Unexposed}

// Verdicts returns the verdicts, worst first.
func Verdicts() []Verdict { return slices.Clone(verdicts) }

// Rank orders verdicts, worst first, from 0. One that this program does not know is -1.
func (v Verdict) Rank() int { return slices.Index(verdicts, v) }

// Alarm is true for the verdicts that say someone else may have used the secret.
func (v Verdict) Alarm() bool { return v == Compromised || v == Suspicious }
