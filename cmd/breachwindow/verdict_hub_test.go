package main

import (
	"time"

	"breachwindow/detect"
)

// hubVerdicts are credentials of GitHub, all rotated or revoked.
func hubVerdicts() []secretRow {
	const tokens, keys, grants = "github-token", "ssh-key", "github-oauth-grant"
	hour := time.Hour
	rows := []secretRow{
		{
			id: "gh-used", kind: tokens, happens: stories(pulled(habit, home), pulled(inside, home)),
			verdict: detect.Used, rotation: "claimed",
		},
		{
			id: "gh-stolen", kind: tokens, happens: stories(pulled(habit, home), func(l *logs, hash string) {
				f := token(hash, published)
				f["repository_public"] = false
				l.hub(inside, "git.clone", f)
			}),
			verdict: detect.Compromised, rotation: "claimed", because: "github/private-repository-cloned",
		},
		{
			id: "gh-no-address", kind: tokens, verdict: detect.Unknown, rotation: "claimed",
			happens: stories(pulled(habit, home), pulled(inside, "")),
			because: "1 use in the window cannot be told from the owner's own",
		},
		{
			id: "gh-never-an-address", kind: tokens, verdict: detect.Unknown, rotation: "claimed",
			happens: stories(pulled(habit, ""), pulled(inside, home)),
			because: "cannot be told",
		},
		{
			id: "gh-nothing-to-compare", kind: tokens, verdict: detect.Unknown, rotation: "claimed",
			happens: pulled(inside, ""), because: "cannot be told",
		},
		{id: "gh-idle", kind: tokens, verdict: detect.Unused, rotation: "claimed"},
		{
			id: "gh-by-id", kind: tokens, identifier: "token_id:4711",
			happens: stories(pulled(habit, home, object{"token_id": 4711}), pulled(inside, home),
				authorisation(rotated, "revoke", object{
					"managed_token_id": 4711, "managed_hashed_token": nil,
				})),
			verdict: detect.Used, rotation: "confirmed",
		},
		{
			id: "gh-idle-by-id", kind: tokens, identifier: "token_id:4712", declared: "-",
			happens: authorisation(rotated, "deauthorize", object{"managed_token_id": "4712"}),
			verdict: detect.Unused, rotation: "confirmed",
		},
		{
			id: "gh-by-hash-seen-by-id", kind: tokens, verdict: detect.Suspicious, rotation: "claimed",
			happens: stories(pulled(habit, home, object{"token_id": 4713}),
				pulled(inside, stranger, object{"token_id": 4713, "hashed_token": nil})),
			because: "any/use-from-new-network",
		},
		{
			id: "gh-revoked-late", kind: tokens, rotation: "contradicted", verdict: detect.Unused,
			happens: authorisation(rotated.Add(hour), "revoke", nil),
		},
		{
			id: "gh-authorised-again", kind: tokens, rotation: "contradicted", verdict: detect.Unused,
			happens: stories(authorisation(rotated, "revoke", nil),
				authorisation(rotated.Add(hour), "grant", nil)),
		},
		{
			id: "gh-authorised-once", kind: tokens, rotation: "claimed", verdict: detect.Unused,
			happens: authorisation(inside, "grant", nil),
		},
		{
			id: "key-of-repository", kind: keys, identifier: "repo=acme/keys",
			happens: stories(deployKey(habit, "acme/keys"), deployKey(inside, "acme/keys"),
				deployKey(later, "acme/keys")),
			verdict: detect.Unknown, rotation: "claimed", because: "cannot be joined",
		},
		{
			id: "key-by-hash", kind: keys, identifier: fingerprint("key-by-hash") + " repo=acme/hashed",
			happens: func(l *logs, _ string) {
				for i, name := range []string{"key-by-hash", "key-by-hash", "its successor"} {
					f := token(hashOf(name), "")
					f["actor"], f["programmatic_access_type"] = "deploy_key", "Public Key (User/Deploy)"
					f["repo"] = "acme/hashed"
					l.hub([]time.Time{habit, inside, later}[i], "git.fetch", f)
				}
				l.hub(rotated, "public_key.delete", object{
					"actor": "secadmin", "fingerprint": fingerprint("key-by-hash"), "repo": "acme/hashed",
				})
			},
			verdict: detect.Unknown, rotation: "confirmed", because: "1 use in the window cannot be told",
		},
		{
			id: "key-of-unknown-repository", kind: keys, identifier: fingerprint("no repository"),
			verdict: detect.Unknown, rotation: "claimed", because: "may be its use",
		},
		{
			id: "key-not-used", kind: keys, identifier: fingerprint("quiet") + " repo=acme/quiet",
			verdict: detect.Unused, rotation: "claimed",
		},
		{
			id: "grant", kind: grants, identifier: "CircleCI/alice", declared: "-",
			happens: stories(throughCircleCI(habit, "alice old"), throughCircleCI(inside, "alice old"),
				throughCircleCI(later, "alice new")),
			verdict: detect.Used, rotation: "vendor",
		},
		{
			id: "grant-of-nobody", kind: grants, identifier: "CircleCI/zoe", declared: "-",
			verdict: detect.Unused, rotation: "vendor",
		},
		{
			id: "grant-of-slash", kind: grants, identifier: "Acme CI/CD/bob",
			happens: func(l *logs, _ string) {
				for i, ip := range []string{home, stranger} {
					f := token(hashOf("slash"), ip)
					f["actor"], f["oauth_application_name"] = "bob", "Acme CI/CD"
					l.hub([]time.Time{habit, inside}[i], "hook.create", f)
				}
			},
			verdict: detect.Suspicious, rotation: "claimed", because: "any/use-from-new-network",
		},
		{
			id: "app", kind: "github-app-key", identifier: "acme-deployer",
			happens: stories(
				pulled(habit, home, object{"actor": "acme-deployer[bot]", "hashed_token": hashOf("app 1")}),
				pulled(inside, home, object{"actor": "acme-deployer[bot]", "hashed_token": hashOf("app 2")}),
				pulled(later, home, object{"actor": "acme-deployer[bot]", "hashed_token": hashOf("app 3")}),
			),
			verdict: detect.Used, rotation: "claimed",
		},
	}
	for i := range rows {
		switch rows[i].declared {
		case "":
			rows[i].declared = declaredDate
		case "-":
			rows[i].declared = ""
		}
	}
	return rows
}
