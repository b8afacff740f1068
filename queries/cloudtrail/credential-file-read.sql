-- A file that holds credentials was read from S3.
--
-- Told by the object's name. Only trails with data events show it; a log without them is silent
-- for that reason alone. Daily business elsewhere, so only unexpected uses of exposed secrets are
-- read.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1552.001
-- group: credential, outcome, level
-- false positives: a deployment that keeps its state in S3
-- references: https://www.elastic.co/docs/reference/security/prebuilt-rules
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
  CASE WHEN a.outcome = 'success' THEN 'medium' ELSE 'low' END AS level
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 's3.amazonaws.com'
  AND a.action = 'GetObject'
  AND a.secret IS NOT NULL
  AND regexp_like(lower(a.target), '(^|/)(credentials|id_(rsa|dsa|ecdsa|ed25519)|\.env[^/]*'
    || '|\.npmrc|\.pypirc|\.netrc|\.git-credentials|\.pgpass|\.htpasswd|kubeconfig|wallet\.dat'
    || '|[^/]*\.(pem|ppk|pfx|p12|jks|kdbx|keytab|tfstate))$')
ORDER BY a.time, a.event_id, a.secret
