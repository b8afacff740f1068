package store

import (
	"context"
	"database/sql"
)

// Duplicates are records that tell the same: of one key and with the same second, action and
// outcome, where of what else they name one has all that the other has. Not everything need be
// there: GitHub's export has neither the token nor the address that the stream of the same event
// has, and one form writes milliseconds that the other lacks. A record that has the key of another
// and contradicts it is an event of its own: an id can be forged, or given out twice, and a use
// must not hide behind it.
//
// Which copies stay depends on nothing but the records and the paths of their files: all of the
// copies that say most, and of those that say the same the one in the first file, unless its form
// leaves out names, parameters or responses, or has them as text, and another's does not. So the
// result is the same in whichever order, and in however many transactions, files are loaded.
//
// A record of GitHub's without an id has a hash of what it says for one, which a copy that says
// more does not share. It is a duplicate of an event with an id that is of the same millisecond,
// action, organisation, actor and target, says every single thing that it says, and stands in
// another file: it asserts nothing then that is not kept.

// An event's key is its id, and for CloudTrail the account that received it: a call across
// accounts is two events. twice collects the rows whose hashed key occurs twice; only these are
// compared in full: a group per event would take the memory that a group per hash does not.
const twice = `
CREATE OR REPLACE TEMP TABLE twice AS
WITH keyed AS (
  SELECT rowid AS row, file,
    hash(source, event_id, CASE WHEN source = 'cloudtrail' THEN account END) AS key
  FROM main.events
)
SELECT row, key FROM keyed WHERE key IN (
  SELECT key FROM keyed GROUP BY key HAVING count(*) > 1 AND max(file) >= ?)`

// told is what rows of events say that is compared. The empty string is what a record does not
// say, and nothing else. Names that GitHub's log gives a credential only where it has no hash
// contradict no hash; the id in them is the session's. The account stands for a target that is not
// named, the repository for a key or token that is not. The console's event history names actors
// and resources in its own way, Security Lake what is acted on: that says nothing. CircleCI's
// columns have ids only, no names.
const told = `
SELECT e.rowid AS row, e.file AS file, e.pos AS pos, f.place AS place,
  e.credential IS NULL AS unnamed, e.via IS NULL AS direct, f.form IN (
    'cloudtrail/event-history', 'cloudtrail/athena', 'cloudtrail/lake', 'cloudtrail/elastic',
    'cloudtrail/ocsf', 'github/elastic', 'github/lake'
  ) OR e.source = 'circleci' AND json_extract_string(e.details, '$.actor.name') IS NULL AS partial,
  e.source AS source, e.event_id AS event_id,
  CASE WHEN e.source = 'cloudtrail' THEN coalesce(e.account, '') ELSE '' END AS receiver,
  date_trunc('second', e.time) AS second, coalesce(e.action, '') AS action, e.outcome AS outcome,
  CASE
    WHEN f.form = 'cloudtrail/event-history' THEN ''
    WHEN e.source = 'circleci'
      THEN coalesce(json_extract_string(e.details, '$.actor.id'), e.actor, '')
    ELSE coalesce(e.actor, '')
  END AS actor,
  CASE WHEN e.source = 'github' AND regexp_matches(e.credential, '^(token_id|deploy_key|app):')
    THEN '' ELSE coalesce(e.credential, '') END AS credential,
  coalesce(e.session, '') AS session,
  CASE
    WHEN f.form IN ('cloudtrail/event-history', 'cloudtrail/ocsf') THEN ''
    WHEN e.source = 'circleci'
      THEN coalesce(json_extract_string(e.details, '$.target.id'), e.target, '')
    WHEN e.source = 'github' AND e.service IN ('public_key', 'org_credential_authorization')
      AND e.target IN (json_extract_string(e.details, '$.repo'),
        json_extract_string(e.details, '$.repository'), json_extract_string(e.details, '$.user'))
      THEN ''
    ELSE coalesce(nullif(e.target, e.account), '')
  END AS target,
  coalesce(e.ip, '') AS ip, coalesce(e.minted, '') AS minted
FROM main.events e
JOIN (SELECT id, form, row_number() OVER (ORDER BY path) AS place FROM main.files) f ON f.id = e.file`

// core is what duplicates have in common, details what one of them may lack.
const (
	core    = `source, event_id, receiver, second, action, outcome`
	details = `actor, credential, session, target, ip, minted`
)

// equals finds the rows that say just what another row says.
const equals = `
CREATE OR REPLACE TEMP TABLE duplicate AS
SELECT row, file FROM (
  SELECT row, file, row_number() OVER (
    PARTITION BY ` + core + `, ` + details + ` ORDER BY unnamed, direct, partial, place, pos) AS nth
  FROM (` + told + ` WHERE e.rowid IN (SELECT row FROM twice))
) WHERE nth > 1`

// apart collects the rows that share a key and yet say different things, with the set of the
// details that each has. There are few.
const apart = `
CREATE OR REPLACE TEMP TABLE apart AS
WITH kept AS (SELECT row, key FROM twice WHERE row NOT IN (SELECT row FROM duplicate))
SELECT *, CAST(actor <> '' AS INTEGER) + 2 * CAST(credential <> '' AS INTEGER)
  + 4 * CAST(session <> '' AS INTEGER) + 8 * CAST(target <> '' AS INTEGER)
  + 16 * CAST(ip <> '' AS INTEGER) + 32 * CAST(minted <> '' AS INTEGER) AS has
FROM (` + told + ` WHERE e.rowid IN (
  SELECT row FROM kept WHERE key IN (SELECT key FROM kept GROUP BY key HAVING count(*) > 1)))`

// covered finds those whose every detail another one has too, and more: each row is put down as
// what it would be without some of its details, as far as there are rows that have just the rest.
// So a million records of one id, too, are compared in one pass.
const covered = `
INSERT INTO duplicate
WITH less AS (
  SELECT DISTINCT s.source AS source, s.event_id AS event_id, s.receiver AS receiver,
    s.second AS second, s.action AS action, s.outcome AS outcome, p.has AS has,
    CASE WHEN p.has & 1 > 0 THEN s.actor ELSE '' END AS actor,
    CASE WHEN p.has & 2 > 0 THEN s.credential ELSE '' END AS credential,
    CASE WHEN p.has & 4 > 0 THEN s.session ELSE '' END AS session,
    CASE WHEN p.has & 8 > 0 THEN s.target ELSE '' END AS target,
    CASE WHEN p.has & 16 > 0 THEN s.ip ELSE '' END AS ip,
    CASE WHEN p.has & 32 > 0 THEN s.minted ELSE '' END AS minted
  FROM apart s
  JOIN (SELECT DISTINCT ` + core + `, has FROM apart) p USING (` + core + `)
  WHERE s.has & p.has = p.has AND s.has <> p.has
)
SELECT r.row, r.file FROM apart r JOIN less USING (` + core + `, has, ` + details + `)`

// chosen and met collect the rows of GitHub's, no duplicates yet, that stand at the time of others
// of the same action and organisation, of which some have an id and some have none. said is what
// their details say, in data or beside it. A thousand of one millisecond were never seen: the bound
// keeps a log that was made to be compared from being so for hours.
const chosen = `
CREATE OR REPLACE TEMP TABLE chosen AS
WITH keyed AS (
  SELECT rowid AS row, file, event_id LIKE 'sha256:%' AS bare,
    hash(time, action, lower(account)) AS key
  FROM main.events WHERE source = 'github' AND rowid NOT IN (SELECT row FROM duplicate)
),
near AS (SELECT * FROM keyed WHERE key IN (SELECT key FROM keyed WHERE bare))
SELECT row, bare FROM near WHERE key IN (
  SELECT key FROM near GROUP BY key
  HAVING NOT bool_and(bare) AND max(file) >= ? AND count(*) <= 1000)`

// Where there are none, nothing is taken apart: json_tree would take every record of the log.
const met = `
CREATE OR REPLACE TEMP TABLE met AS
WITH said AS (
  SELECT e.rowid AS row, list(DISTINCT
    regexp_replace(t.fullkey, '^\$\.(data\.)?', '') || '=' || json_extract_string(t.atom, '$')) AS said
  FROM main.events e, json_tree(e.details) t
  WHERE e.rowid IN (SELECT row FROM chosen) AND json_extract_string(t.atom, '$') <> ''
  GROUP BY e.rowid
)
SELECT c.bare AS bare, e.time AS time, lower(e.account) AS organisation,
  coalesce(e.agent, '') AS agent, coalesce(s.said, []) AS said, told.*
FROM (` + told + ` WHERE e.rowid IN (SELECT row FROM chosen)) told
JOIN chosen c ON c.row = told.row
JOIN main.events e ON e.rowid = told.row
LEFT JOIN said s ON s.row = told.row`

// copies finds the rows without an id that such a row with one makes duplicates.
const copies = `
INSERT INTO duplicate
SELECT DISTINCT r.row, r.file
FROM met r
JOIN met s USING (time, organisation, action, outcome, actor, target)
WHERE r.bare AND NOT s.bare AND r.file <> s.file AND r.actor <> ''
  AND r.credential IN ('', s.credential) AND r.session IN ('', s.session)
  AND r.ip IN ('', s.ip) AND r.minted IN ('', s.minted) AND r.agent IN ('', s.agent)
  AND list_has_all(s.said, r.said)`

// findDuplicates leaves the duplicates among the rows that have the key of a row of file first or
// a later one in the temporary table duplicate.
func findDuplicates(ctx context.Context, tx *sql.Tx, first int32) error {
	if _, err := tx.ExecContext(ctx, twice, first); err != nil {
		return err
	}
	if err := execAll(ctx, tx, []string{equals, apart, covered}); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, chosen, first); err != nil {
		return err
	}
	var some bool
	err := tx.QueryRowContext(ctx, `SELECT count(*) > 0 FROM chosen`).Scan(&some)
	if err != nil || !some {
		return err
	}
	return execAll(ctx, tx, []string{met, copies})
}
