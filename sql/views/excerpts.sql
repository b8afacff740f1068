-- What keeps an exposed AWS key from being cleared although its account's log has no hole: signs that
-- the log is an excerpt. It was asked for by key (lookup-events takes one attribute) and so has no
-- other key, nor what the key made, or by something else; a trail or an export has no reading calls;
-- an export lacks the column of the keys. A whole log of an account has others' calls all the time, if only those of
-- AWS's services; who ended the keys may have been looked up as well.
CREATE VIEW excerpts AS
WITH
hourly (account, hour, first_time, last_time, events, others, reads, writes) AS (
  SELECT
    e.account, date_trunc('hour', e.time), min(e.time), max(e.time), count(*),
    count(CASE WHEN x.credential IS NULL THEN 1 END),
    count(CASE WHEN e.read_only THEN 1 END),
    count(CASE WHEN NOT e.read_only AND coalesce(e.category, '-') <> 'data' THEN 1 END)
  FROM events e
  LEFT JOIN (
    SELECT DISTINCT c.credential AS credential FROM exposed_credentials c
  ) x ON x.credential = e.credential
  WHERE e.source = 'cloudtrail'
  GROUP BY e.account, date_trunc('hour', e.time)
),
accounts (secret, account, exposed_at, ends) AS (
  SELECT DISTINCT w.secret, w.account, p.exposed_at, p.ends
  FROM watched w
  JOIN spans p ON p.secret = w.secret
  WHERE w.source = 'cloudtrail'
),
shown (secret, account, days, days_of_others, events, reads, writes) AS (
  SELECT a.secret, a.account, count(DISTINCT date_trunc('day', h.hour)),
    count(DISTINCT CASE WHEN h.others > 0 THEN date_trunc('day', h.hour) END),
    sum(h.events), sum(h.reads), sum(h.writes)
  FROM accounts a
  JOIN hourly h ON h.account = a.account
    AND h.last_time >= a.exposed_at AND (a.ends IS NULL OR h.first_time < a.ends)
  GROUP BY a.secret, a.account
)
SELECT
  s.secret AS secret,
  'cloudtrail' AS source,
  s.account || '/*' AS scope,
  'a log of some keys' AS why,
  s.events AS events
FROM shown s
LEFT JOIN (
  SELECT t.secret AS secret, t.account AS account, max(t.depth) AS depth, min(t.depth) AS own
  FROM touches t
  WHERE t.source = 'cloudtrail'
  GROUP BY t.secret, t.account
) mine ON mine.secret = s.secret AND mine.account = s.account
LEFT JOIN (
  SELECT c.secret AS secret, max(c.depth) AS depth FROM chain c GROUP BY c.secret
) made ON made.secret = s.secret
WHERE s.days_of_others * 10 <= s.days
  -- Its own calls are there, if its key was asked for; not what it made.
  AND (coalesce(mine.own, 1) > 0 OR (made.depth > 0 AND mine.depth = 0))
UNION ALL
SELECT s.secret, 'cloudtrail', s.account || '/*', 'a log without reads', s.events
FROM shown s
WHERE s.reads = 0 AND s.writes > 0
UNION ALL
-- Whoever asks lookup-events or the console asks for one thing: a user, a kind of event, a service.
SELECT s.secret, 'cloudtrail', s.account || '/*', 'a log of one thing', s.events
FROM shown s
JOIN (
  SELECT e.account AS account
  FROM events e
  JOIN files f ON f.id = e.file
  LEFT JOIN (
    SELECT DISTINCT v.account AS account
    FROM events v
    JOIN files x ON x.id = v.file
    WHERE v.source = 'cloudtrail'
      AND x.form NOT IN ('cloudtrail/lookup-events', 'cloudtrail/event-history')
  ) whole ON whole.account = e.account
  WHERE f.form IN ('cloudtrail/lookup-events', 'cloudtrail/event-history')
    AND whole.account IS NULL
  GROUP BY e.account
  HAVING count(DISTINCT coalesce(e.actor, '-')) = 1 OR count(DISTINCT e.action) = 1
    OR count(DISTINCT e.service) = 1
) n ON n.account = s.account
UNION ALL
SELECT a.secret, 'cloudtrail', a.account || '/*', 'an export without credentials', sum(f.events)
FROM accounts a
JOIN (
  SELECT e.account AS account, f.form AS form, count(*) AS events,
    min(e.time) AS first_time, max(e.time) AS last_time
  FROM events e
  JOIN files f ON f.id = e.file
  WHERE e.source = 'cloudtrail'
    AND (e.actor_kind IS NULL OR e.actor_kind IN ('IAMUser', 'Root', 'AssumedRole', 'FederatedUser'))
    AND e.service <> 'signin.amazonaws.com'
  GROUP BY e.account, f.form
  HAVING count(e.credential) = 0
) f ON f.account = a.account
  AND f.last_time >= a.exposed_at AND (a.ends IS NULL OR f.first_time < a.ends)
GROUP BY a.secret, a.account
