-- The role of a machine was used from two networks.
--
-- Credentials of a machine leave it only by theft. The first network seen is taken for the
-- machine's; private addresses and services say nothing. The session is named after the machine.
-- Machines are no secrets of the inventory, so it is also told where it is tied to none.
--
-- level: high
-- sources: cloudtrail
-- attack: T1552.005
-- needs: ip
-- group: credential, outcome, level
-- false positives: a machine whose exit to the internet changed
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.ec2-steal-instance-credentials/, https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html
SELECT
  a.secret AS secret,
  a.source AS event_source,
  a.event_id AS event_id,
  a.time AS time,
  a.credential AS credential,
  a.actor AS actor,
  a.action AS action,
  a.target AS target,
  a.ip AS ip,
  a.file AS file,
  a.pos AS pos,
  a.outcome AS outcome,
  CASE WHEN a.outcome = 'success' THEN 'high' ELSE 'medium' END AS level,
  a.network AS network,
  h.network AS network_of_machine
FROM acts a
JOIN (
  SELECT f.actor AS actor, min_by(f.network, ROW(f.starts, f.network)) AS network
  FROM (
    SELECT e.actor AS actor, i.network AS network, min(e.time) AS starts
    FROM events e
    JOIN ips i ON i.ip = e.ip
    WHERE e.source = 'cloudtrail' AND e.actor_kind = 'AssumedRole' AND e.actor LIKE '%/i-%'
      AND e.actor IN (SELECT x.actor FROM acts x WHERE x.actor LIKE '%/i-%')
      AND regexp_like(e.actor, ':assumed-role/[^/]+/i-[0-9a-f]+$')
      AND NOT regexp_like(i.ip,
        '^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)')
    GROUP BY e.actor, i.network
  ) f
  GROUP BY f.actor
) h ON h.actor = a.actor AND h.network <> a.network
WHERE a.source = 'cloudtrail'
  AND a.actor_kind = 'AssumedRole'
  AND a.actor LIKE '%/i-%'
  AND NOT regexp_like(a.ip,
    '^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)')
ORDER BY a.time, a.event_id, a.secret
