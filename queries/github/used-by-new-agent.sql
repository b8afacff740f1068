-- An exposed secret was used on GitHub by a tool that never used it before.
--
-- A build's tools change with the build; a thief brings his own. With a new network as well, both
-- changed in the window, which a new version of a build image does not explain; from a known
-- network it weighs less.
--
-- level: high
-- sources: github
-- attack: T1078.004, T1550.001
-- needs: agent
-- group: credential, agent, level
-- false positives: a new build image or a new step of a pipeline
-- references: https://attack.mitre.org/techniques/T1550/001/
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
  u.agent_family AS agent,
  CASE WHEN u.network IS NOT NULL AND network.value IS NULL THEN 'high' ELSE 'medium' END AS level
FROM unexpected_uses u
JOIN (SELECT DISTINCT b.secret AS secret, b.derived AS derived
  FROM baseline b WHERE b.what = 'agent') known
  ON known.secret = u.secret AND known.derived = (u.depth > 0)
LEFT JOIN baseline agent ON agent.secret = u.secret AND agent.derived = (u.depth > 0)
  AND agent.what = 'agent' AND agent.value = u.agent_family
LEFT JOIN baseline network ON network.secret = u.secret AND network.derived = (u.depth > 0)
  AND network.what = 'network' AND network.value = u.network
WHERE u.source = 'github'
  AND u.agent_family IS NOT NULL
  AND agent.value IS NULL
ORDER BY u.time, u.event_id, u.secret
