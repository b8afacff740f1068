-- The uses since the window opened that a decision of triage is about. alone tells that nothing else
-- makes such a use expected.
CREATE VIEW triaged_uses AS
SELECT
  d.decision AS decision,
  d.author AS author,
  d.note AS note,
  d.decided_at AS decided_at,
  d.secret AS for_secret,
  d.ip_from AS ip_from,
  d.ip_to AS ip_to,
  d.agent_like AS agent_like,
  d.actor_like AS actor_like,
  u.secret AS secret,
  u.credential AS credential,
  u.file AS file,
  u.pos AS pos,
  u.triaged AS alone
FROM decisions d
JOIN uses u
  ON (d.secret IS NULL OR u.secret = d.secret)
  AND (d.agent_like IS NULL OR lower(u.agent) LIKE d.agent_like ESCAPE '\')
  AND (d.actor_like IS NULL OR lower(u.actor) LIKE d.actor_like ESCAPE '\')
LEFT JOIN ips i ON i.ip = u.ip
WHERE d.kind = 'use'
  AND d.decision <> 'open'
  AND u.phase <> 'before'
  AND (d.ip_from IS NULL OR (i.address >= d.ip_from AND i.address <= d.ip_to))
