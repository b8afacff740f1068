package report_test

import (
	"fmt"
	"testing"
	"time"

	"breachwindow/detect"
)

// large is a case of 200 secrets and 5,000 findings, made by counting: nothing in it is drawn by lot.
func large(tb testing.TB) *detect.Result {
	tb.Helper()
	const secrets, findings = 200, 5000
	r := sample(tb)
	start := at(tb, "2022-12-16 00:00:00")
	verdicts := []detect.Verdict{
		detect.Compromised, detect.Suspicious, detect.Suspicious, detect.Unknown, detect.Unknown,
		detect.Unknown, detect.Used, detect.Used, detect.Unused, detect.Unused,
	}
	worst := r.Secrets[len(r.Secrets)-1]
	r.Secrets, r.Findings, r.Lineage, r.ExposedNext, r.Origins = nil, nil, nil, nil, nil
	for i := range secrets {
		s := worst
		s.ID = fmt.Sprintf("context:team-%02d/SECRET_%03d", i%17, i)
		s.Verdict, s.Rotation, s.Days, s.Findings = verdicts[i%len(verdicts)], "claimed", nil, nil
		if s.Verdict == detect.Unused {
			s.Uses, s.Next = detect.UseCounts{}, nil
			s.Because = []string{"No use in the window, and the logs cover all of it."}
		}
		rotated := start.AddDate(0, 0, 20+i%15)
		s.RotatedAt, s.RevokedAt, s.WindowEnd = &rotated, nil, &rotated
		for d := -30; d < 40 && s.Verdict != detect.Unused; d++ {
			day := detect.UseDay{
				Day: start.AddDate(0, 0, d).Format(time.DateOnly), Expected: int64((d*d + i) % 90),
			}
			if (s.Verdict == detect.Compromised || s.Verdict == detect.Suspicious) && d > 4 && (d+i)%6 == 0 {
				day.Unexpected = int64(i%9 + 1)
			}
			if (d+i)%7 > 1 {
				s.Days = append(s.Days, day)
			}
		}
		r.Secrets = append(r.Secrets, s)
	}
	for i := range findings {
		f := sample(tb).Findings[0]
		s := &r.Secrets[i%secrets]
		f.ID, f.Secret = fmt.Sprintf("%016x", i+1<<40), s.ID
		f.Level = []detect.Level{detect.Low, detect.Medium, detect.Medium, detect.High, detect.Critical}[i%5]
		f.FirstSeen = start.Add(time.Duration(i) * 7 * time.Minute)
		f.LastSeen = f.FirstSeen.Add(time.Duration(i%900) * time.Minute)
		f.IPs = []string{fmt.Sprintf("198.51.100.%d", i%250), "178.249.214.10"}
		f.Actors, f.Actions = []string{"arn:aws:iam::444455556666:user/ci-deploy"}, []string{"GetObject", "ListBuckets"}
		f.Places = nil
		for n := range 5 {
			f.Places = append(f.Places, detect.Place{
				Event: fmt.Sprintf("%08x-4cf1-4b36-8d2b-a21f4f553800", i*5+n),
				File:  r.Inputs[0].Path, Pos: int64(i*5 + n + 1),
			})
		}
		f.Count = int64(i%40 + 5)
		r.Findings = append(r.Findings, f)
	}
	for i := range 40 {
		r.Origins = append(r.Origins, detect.Origin{
			Secret: r.Secrets[i].ID, Network: fmt.Sprintf("198.51.%d.0/24", i), Uses: int64(i), Baseline: true,
			Unexpected: int64(i % 3), FirstSeen: start, LastSeen: start,
		})
	}
	return r
}
