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
-- Of each address, agent and actor once: each decision is compared with them, and there are millions
-- of uses.
JOIN (
  SELECT DISTINCT n.secret AS secret, n.ip AS ip, i.address AS address, n.agent AS agent,
    n.actor AS actor
  FROM uses n
  LEFT JOIN ips i ON i.ip = n.ip
  WHERE n.phase <> 'before'
) k
  ON (d.secret IS NULL OR k.secret = d.secret)
  AND (d.ip_from IS NULL OR (k.address >= d.ip_from AND k.address <= d.ip_to))
  AND (d.agent_like IS NULL OR lower(k.agent) LIKE d.agent_like ESCAPE '\')
  AND (d.actor_like IS NULL OR lower(k.actor) LIKE d.actor_like ESCAPE '\')
JOIN uses u ON u.secret = k.secret
  AND coalesce(u.ip, '') = coalesce(k.ip, '')
  AND coalesce(u.agent, '') = coalesce(k.agent, '')
  AND coalesce(u.actor, '') = coalesce(k.actor, '')
WHERE d.kind = 'use'
  AND d.decision <> 'open'
  AND u.phase <> 'before'
