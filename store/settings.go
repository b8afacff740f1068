package store

import "slices"

// Setting is a threshold, or a bound, with its default and what it means.
type Setting struct {
	Name    string
	Default float64
	Meaning string
}

// settings is what a case can change, by name.
var settings = []Setting{
	{
		"bulk_read_megabytes", 1000,
		"a key that reads this many MB of objects within bulk_read_minutes reads in bulk; our own " +
			"measure, for GuardDuty learns its own per account",
	},
	{"bulk_read_minutes", 60, "see bulk_read_megabytes and bulk_read_objects"},
	{
		"bulk_read_objects", 100,
		"a key that reads this many objects within bulk_read_minutes reads in bulk",
	},
	{
		"circleci_burst_failures", 10,
		"so many refusals of one person within circleci_burst_minutes are told",
	},
	{"circleci_burst_minutes", 60, "how long a burst of acts in CircleCI may last"},
	{
		"circleci_burst_projects", 5,
		"so many projects, followed or added by one person within circleci_burst_minutes, are told",
	},
	{
		"circleci_job_chance", 0.01,
		"a secret without a baseline fits inside a job, from a network of which chance would put " +
			"all days into jobs no more often than this",
	},
	{
		"circleci_job_hours", 5,
		"how long a job runs at most where the log lacks its start or finish (CircleCI's Scale plan)",
	},
	{
		"circleci_job_share", 0.1,
		"where jobs fill at most this share of the time, a use inside one from another address of " +
			"their network fits, though anybody can rent one there",
	},
	{
		"circleci_job_slack_seconds", 60,
		"a use this close to a job is not told as one outside of any",
	},
	{
		"coverage_busy_days", 5,
		"an AWS region seen on fewer days than this, or on fewer than half of its days, and in " +
			"few hours of them, is judged by its whole account",
	},
	{"coverage_busy_hours", 6, "few hours a day (see coverage_busy_days) are fewer than this"},
	{
		"coverage_gap_factor", 1.5,
		"a gap is longer than this many times the longest silence that is usual in its scope",
	},
	{"coverage_gap_hours", 6, "a gap in a log is longer than this many hours"},
	{
		"coverage_gap_max_hours", 96,
		"a silence longer than this many hours is a gap, however usual in its scope",
	},
	{
		"denied_calls", 10,
		"so many denied calls from one address within denied_minutes are a burst (as in Suzaku's " +
			"aws_cloudtrail_many_access_denied)",
	},
	{"denied_minutes", 10, "see denied_calls"},
	{
		"enumeration_calls", 3,
		"so many kinds of calls that list users, or machines, within enumeration_minutes are an " +
			"enumeration (as in Panther's aws_cloudtrail_account_discovery)",
	},
	{"enumeration_minutes", 10, "see enumeration_calls"},
	{
		"escalation_minutes", 60,
		"a call was denied, a policy changed, the call allowed: each within this many minutes",
	},
	{
		"github_burst_hours", 24,
		"how long a burst of reading repositories or of API requests may last, and how long an " +
			"act on GitHub is held to have led to another (Chainguard counts clones by day)",
	},
	{
		"github_burst_repositories", 6,
		"so many private repositories, cloned or downloaded within github_burst_hours, are a " +
			"burst (Google's rule: more than five)",
	},
	{
		"github_list_requests", 3,
		"so many different lists of organisations, repositories or secrets, read through the API, " +
			"are an enumeration; a single one may be a tool's way to work",
	},
	{
		"github_mass_repositories", 10,
		"so many in a burst are a mass clone (Elastic's rule)",
	},
	{
		"github_refused_requests", 10,
		"so many API requests refused within github_burst_hours are a search for what a token opens",
	},
	{
		"habit_days", 7,
		"a log that begins fewer days than this before the incident cannot tell who is new to an act",
	},
	{
		"impossible_travel_km", 100,
		"places nearer to each other than this many kilometres are one: databases place an " +
			"address no better",
	},
	{
		"impossible_travel_kmh", 1000,
		"nobody travels faster than this many kilometres per hour; an airliner cruises at 900",
	},
	{
		"large_launch_instances", 5,
		"a launch that may make this many machines is a large one",
	},
	{
		memorySetting, defaultMemoryMB,
		"the most memory in MB that the database takes while it loads and answers; what does not " +
			"fit waits in files beside it; 0 is four fifths of the machine's",
	},
	{
		"model_run_minutes", 15,
		"models were listed, then run within this many minutes (as in Elastic's " +
			"discovery_bedrock_model_recon_and_invocation_via_long_term_key)",
	},
	{
		"overlap_minutes", 30,
		"uses from two networks within this many minutes are at once (as in Elastic's " +
			"initial_access_iam_session_token_used_from_multiple_addresses)",
	},
	{
		"propagation_seconds", 60,
		"a use this soon after a deletion is the cloud catching up, not a use after rotation",
	},
	{
		"recon_calls", 3,
		"so many kinds of read-only calls within recon_seconds are a burst (as in Suzaku's " +
			"many_recon_events)",
	},
	{"recon_seconds", 60, "see recon_calls"},
	{
		"rhythm_day_hours", 12,
		"hours of the day are known of a secret that was used in at most this many of 24 before its " +
			"window, the hour before and after each included; our own measure: ten hours of office, " +
			"half of the day",
	},
	{
		"rhythm_days", 14,
		"hours of the day are known from uses on at least this many days before the window (the " +
			"span in which Azure Sentinel's rule for a sign-in from a new country looks back)",
	},
	{
		"rhythm_strays", 0.05,
		"hours are known if at most this share of the uses before the window came in an hour that no " +
			"other week, or day, had: it is the share of false alarms to expect; our own measure",
	},
	{
		"rhythm_uses", 20,
		"hours are known from at least this many hours with uses before the window; our own measure: " +
			"of fewer, no share as small as rhythm_strays can be told",
	},
	{
		"rhythm_week_hours", 84,
		"hours of the week are known of a secret that was used in at most this many of 168 (see " +
			"rhythm_day_hours): half of the week",
	},
	{
		"rhythm_weeks", 4,
		"hours of the week are known from uses in at least this many weeks: by fewer, a weekday " +
			"hardly repeats",
	},
}

// Settings lists what a case can change, by name.
func Settings() []Setting { return slices.Clone(settings) }
