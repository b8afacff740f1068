-- A machine was stopped, its start script rewritten, and started again.
--
-- Rewritten alone it runs at the next start; with both steps around it someone ran code as root.
-- It is told whoever does it: deployments make new machines instead. Each step is a row.
--
-- level: critical
-- sources: cloudtrail
-- attack: T1059
-- group: machine
-- false positives: an administrator who repairs a machine by its start script
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ec2-user-data/
WITH steps AS (
  SELECT a.*, coalesce(a.secret, a.actor) AS who
  FROM acts a
  WHERE a.source = 'cloudtrail'
    AND a.service = 'ec2.amazonaws.com'
    AND a.outcome = 'success'
    AND (a.action IN ('StopInstances', 'StartInstances')
      OR (a.action = 'ModifyInstanceAttribute'
        AND json_extract(a.details, '$.requestParameters.userData') IS NOT NULL))
),
runs AS (
  SELECT m.who AS who, m.target AS machine, max(x.time) AS stopped, min(y.time) AS started
  FROM steps m
  JOIN steps x ON x.who = m.who AND x.action = 'StopInstances' AND x.time <= m.time
    AND x.time >= m.time - INTERVAL '1' DAY AND strpos(x.details, '"' || m.target || '"') > 0
  JOIN steps y ON y.who = m.who AND y.action = 'StartInstances' AND y.time >= m.time
    AND y.time <= m.time + INTERVAL '1' DAY AND strpos(y.details, '"' || m.target || '"') > 0
  WHERE m.action = 'ModifyInstanceAttribute'
  GROUP BY m.who, m.target, m.file, m.pos
)
SELECT DISTINCT
  s.secret AS secret,
  s.source AS event_source,
  s.event_id AS event_id,
  s.time AS time,
  s.credential AS credential,
  s.actor AS actor,
  s.action AS action,
  s.target AS target,
  s.ip AS ip,
  s.file AS file,
  s.pos AS pos,
  r.machine AS machine,
  CASE s.action WHEN 'StopInstances' THEN '1 stopped'
    WHEN 'StartInstances' THEN '3 started' ELSE '2 rewritten' END AS step
FROM steps s
JOIN runs r ON r.who = s.who AND s.time BETWEEN r.stopped AND r.started
  AND strpos(s.details, '"' || r.machine || '"') > 0
ORDER BY 4, 3, 1
