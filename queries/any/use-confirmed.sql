-- A use of an exposed secret that a person has confirmed as the intruder's.
--
-- What triage says of the uses from an address, by an agent or by an actor. Expected uses are among
-- them: who looked at them knows more than a list or a habit does. It speaks until that decision is
-- undone; no decision that finds it benign silences it.
--
-- level: critical
-- sources: cloudtrail, github, circleci
-- attack: T1078.004
-- group: credential
-- false positives: selectors that are wider than what was looked at
-- references: https://attack.mitre.org/techniques/T1078/004/
SELECT
  u.secret AS secret,
  u.source AS event_source,
  u.event_id AS event_id,
  u.time AS time,
  u.credential AS credential,
  u.actor AS actor,
  u.action AS action,
  u.target AS target,
  u.ip AS ip,
  u.file AS file,
  u.pos AS pos,
  c.said AS confirmed,
  u.why AS why,
  u.outcome AS outcome
FROM uses u
JOIN (
  SELECT t.secret AS secret, t.credential AS credential, t.file AS file, t.pos AS pos,
    min('by ' || t.author || ': ' || t.note) AS said
  FROM triaged_uses t
  WHERE t.decision = 'confirmed'
  GROUP BY t.secret, t.credential, t.file, t.pos
) c ON c.secret = u.secret AND c.credential = u.credential AND c.file = u.file AND c.pos = u.pos
WHERE u.phase IN ('window', 'after')
ORDER BY u.time, u.source, u.event_id, u.secret
