-- A security group was opened to the whole internet.
--
-- For remote access or for everything; a web server's ports are left out. Many do it daily:
-- unexpected uses of exposed secrets only.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1562.007
-- group: credential, outcome, level
-- false positives: a developer who opens his machine
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.exfiltration.ec2-security-group-open-port-22-ingress/
WITH rules AS (
  SELECT a.*,
    coalesce(json_format(json_extract(a.details, n.path)),
      json_format(json_extract(a.details, '$.requestParameters'))) AS rule,
    TRY_CAST(coalesce(json_extract_scalar(a.details, n.path || '.fromPort'),
      json_extract_scalar(a.details, '$.requestParameters.fromPort')) AS INTEGER) AS from_port,
    TRY_CAST(coalesce(json_extract_scalar(a.details, n.path || '.toPort'),
      json_extract_scalar(a.details, '$.requestParameters.toPort')) AS INTEGER) AS to_port,
    coalesce(json_extract_scalar(a.details, n.path || '.ipProtocol'),
      json_extract_scalar(a.details, '$.requestParameters.ipProtocol')) AS protocol
  FROM acts a
  CROSS JOIN (
    SELECT '$.requestParameters.ipPermissions.items[' || CAST(i.i AS VARCHAR) || ']' AS path
    FROM UNNEST(sequence(0, 49, 1)) AS i (i)
  ) n
  WHERE a.source = 'cloudtrail'
    AND a.service = 'ec2.amazonaws.com'
    AND a.action = 'AuthorizeSecurityGroupIngress'
    AND a.secret IS NOT NULL
)
SELECT DISTINCT
  r.secret AS secret,
  r.source AS event_source,
  r.event_id AS event_id,
  r.time AS time,
  r.credential AS credential,
  r.actor AS actor,
  r.action AS action,
  r.target AS target,
  r.ip AS ip,
  r.file AS file,
  r.pos AS pos,
  r.outcome AS outcome,
  CASE WHEN r.outcome = 'success' THEN 'medium' ELSE 'low' END AS level
FROM rules r
WHERE regexp_like(r.rule, '"[0-9a-f.:]+/0"')
  AND (r.protocol = '-1' OR r.from_port <= 22 AND r.to_port >= 22
    OR r.from_port <= 3389 AND r.to_port >= 3389)
ORDER BY 4, 3, 1
