package demo

import (
	"fmt"
	"time"
)

// plan is a CI job that runs again and again.
type plan struct {
	secret   string // whose use the job is; see awsCalls and the GitHub log
	repo     string
	workflow string
	name     string
	contexts []jobContext
	hour     int
	minute   int
	takes    time.Duration
	pushed   bool // started by a developer's push on working days, else by the clock
	runs     func(day time.Time) bool
}

// jobContext is a context of CircleCI with the names of its variables.
type jobContext struct {
	name      string
	variables []string
}

// job is one run of a plan.
type job struct {
	plan
	login string // who started it
	start time.Time
	ends  time.Time
	ip    string
	run   int // counts the runs of the plan from 0
}

func awsContext(name string) jobContext {
	return jobContext{name, []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}}
}

// plans are apart by more than an hour, so that no two jobs share an address at one time.
func plans() []plan {
	always := func(time.Time) bool { return true }
	return []plan{
		{
			secret: "aws-reports", repo: "larkspur-freight/reports",
			workflow: "nightly", name: "nightly-report",
			contexts: []jobContext{awsContext("aws-reports")},
			hour:     2, minute: 5, takes: 9 * time.Minute, runs: always,
		},
		{
			secret: "aws-backup", repo: infraRepo, workflow: "nightly", name: "snapshot-volumes",
			contexts: []jobContext{awsContext("aws-backup")},
			hour:     3, minute: 15, takes: 4 * time.Minute,
			runs: func(day time.Time) bool { return day.Before(backupEnds) },
		},
		{
			secret: "aws-legacy", repo: "larkspur-freight/legacy-sync",
			workflow: "nightly", name: "legacy-sync",
			contexts: []jobContext{awsContext("aws-legacy")},
			hour:     4, minute: 20, takes: 6 * time.Minute, runs: always,
		},
		{
			secret: "aws-terraform", repo: infraRepo, workflow: "drift", name: "terraform-plan",
			contexts: []jobContext{
				awsContext("aws-infra"), {"github-bot", []string{"GITHUB_TOKEN"}},
			},
			hour: 5, minute: 30, takes: 7 * time.Minute, runs: always,
		},
		{
			secret: "aws-new", repo: webRepo, workflow: "nightly", name: "scan-images",
			contexts: []jobContext{awsContext("aws-scanner")},
			hour:     6, minute: 40, takes: 3 * time.Minute,
			runs: func(day time.Time) bool { return day.After(scannerCreated) },
		},
		{
			secret: "aws-deploy", repo: webRepo, workflow: "deploy", name: "deploy-prod",
			contexts: []jobContext{awsContext("aws-prod")},
			hour:     10, minute: 50, takes: 8 * time.Minute, pushed: true, runs: always,
		},
		{
			secret: "gh-release", repo: webRepo, workflow: "release", name: "cut-release",
			contexts: []jobContext{{"github-release", []string{"RELEASE_TOKEN"}}},
			hour:     13, minute: 0, takes: 5 * time.Minute, pushed: true,
			runs: func(day time.Time) bool {
				return day.Weekday() == time.Tuesday || day.Weekday() == time.Thursday
			},
		},
	}
}

// schedule runs every plan over the whole calendar. A job's address changes from run to run,
// between the provider's two networks in turn, so that each job has been seen in both of them
// long before the breach.
func (c *cast) schedule() []job {
	d := newDice("jobs")
	var jobs []job
	for _, p := range plans() {
		run := 0
		days(func(day time.Time) {
			if !p.runs(day) {
				return
			}
			start := day.Add(time.Duration(p.hour)*time.Hour + time.Duration(p.minute)*time.Minute)
			start = start.Add(d.between(0, 20*time.Minute))
			j := job{
				plan: p, run: run, login: botLogin, start: start,
				ends: start.Add(p.takes + d.between(0, 2*time.Minute)),
				ip:   fmt.Sprintf("%s.%d", ciNetworks[run%len(ciNetworks)], 2+d.below(250)),
			}
			if p.pushed && !weekend(day) {
				j.login = developers[d.below(len(developers))]
			}
			jobs = append(jobs, j)
			run++
		})
	}
	return jobs
}

// ciNetworks are the /24s that CI jobs leave from.
var ciNetworks = []string{"198.51.100", "203.0.113"}
