-- AWS found a key in public and quarantined its user, or tried to.
--
-- The cloud's own alarm, not the intruder's act: the record stands in the user's name and comes
-- from AWS Internal. It is tied to the secret by the user whose key the secret is, else told
-- apart. Where the user may not attach policies, AWS's attempt is denied and names nothing. An
-- inline policy is AWS's only if it denies: a thief can give his own the same name. A responder
-- who attaches the policy by hand is on the case's list.
--
-- level: critical
-- sources: cloudtrail
-- attack: T1552.001
-- group: credential, outcome, level
-- false positives: a responder who quarantines a user and is not on the list
-- references: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV2.html, https://permiso.io/blog/introducing-detention-dodger
WITH signals AS (
  SELECT w.*,
    coalesce(json_extract_scalar(w.details, '$.requestParameters.policyArn'),
      json_extract_scalar(w.details, '$.requestParameters.policyName')) AS policy,
    coalesce(json_extract_scalar(w.details, '$.requestParameters.userName'),
      regexp_extract(w.actor, '[^/]+$')) AS user_name
  FROM acts_of_all w
  WHERE w.part = 'anybody'
    AND w.source = 'cloudtrail'
    AND w.service = 'iam.amazonaws.com'
    AND w.action IN ('AttachUserPolicy', 'PutUserPolicy')
    AND NOT EXISTS (
      SELECT 1 FROM responders r
      WHERE lower(r.value) = lower(w.actor) OR r.value = w.credential)
)
SELECT
  k.secret AS secret,
  s.source AS event_source,
  s.event_id AS event_id,
  s.time AS time,
  coalesce(s.credential, k.credential) AS credential,
  s.actor AS actor,
  s.action AS action,
  s.target AS target,
  s.ip AS ip,
  s.file AS file,
  s.pos AS pos,
  s.outcome AS outcome,
  CASE WHEN s.outcome = 'success' THEN 'critical' ELSE 'high' END AS level,
  s.policy AS policy,
  s.user_name AS user_name
FROM signals s
LEFT JOIN key_users k ON k.user_name = s.user_name AND k.account = s.account
WHERE (s.action = 'AttachUserPolicy'
    AND s.policy LIKE 'arn:aws%:iam::aws:policy/AWSCompromisedKeyQuarantine%')
  OR (s.action = 'PutUserPolicy'
    AND regexp_like(s.policy,
      '^(AWSExposedCredentialPolicy_DO_NOT_REMOVE|AWSCompromisedKeyQuarantine(V[0-9]+)?)$')
    AND NOT EXISTS (
      SELECT 1 FROM policy_statements p
      WHERE p.file = s.file AND p.pos = s.pos AND p.effect = 'allow'))
  OR (s.policy IS NULL AND s.action = 'AttachUserPolicy' AND s.outcome = 'failure'
    AND s.ip = 'AWS Internal')
ORDER BY s.time, s.event_id, k.secret
