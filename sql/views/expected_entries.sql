-- What the customer expects: the list of case.yaml, and the uses that were triaged benign, which
-- count as if they stood on it. A use fits an entry when all of its selectors match.
CREATE VIEW expected_entries AS
SELECT
  x.entry AS entry,
  CAST(NULL AS VARCHAR) AS secret, -- NULL: of any
  x.ip_from AS ip_from,
  x.ip_to AS ip_to,
  x.agent AS agent,
  x.actor AS actor,
  'listed: ' || x.why AS why,
  false AS triaged
FROM expected_list x
UNION ALL
SELECT
  1000000 + d.entry, -- behind those of case.yaml
  d.secret,
  d.ip_from,
  d.ip_to,
  d.agent_like,
  d.actor_like,
  'triaged benign by ' || d.author || ': ' || d.note,
  true
FROM decisions d
WHERE d.kind = 'use' AND d.decision = 'benign'
