-- The console was entered as an exposed key's user, without a second factor.
--
-- A sign-in names no key; it is tied to the secret by the user whose key that is. Where the user
-- signed in from the same network before the window, it is his habit. Other users' sign-ins are
-- daily business and not read.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1078.004
-- group: actor
-- false positives: the user himself on a new network
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.initial-access.console-login-without-mfa/, https://github.com/SigmaHQ/sigma/blob/master/rules/cloud/aws/cloudtrail/aws_console_login_without_mfa.yml
SELECT
  k.secret AS secret,
  w.source AS event_source,
  w.event_id AS event_id,
  w.time AS time,
  k.credential AS credential,
  w.actor AS actor,
  w.action AS action,
  w.target AS target,
  w.ip AS ip,
  w.file AS file,
  w.pos AS pos
FROM acts_of_all w
JOIN (SELECT u.secret AS secret, u.actor AS actor, min(u.credential) AS credential
  FROM key_users u GROUP BY u.secret, u.actor) k ON k.actor = w.actor
WHERE w.part = 'anybody'
  AND w.source = 'cloudtrail'
  AND w.service = 'signin.amazonaws.com'
  AND w.action = 'ConsoleLogin'
  AND w.actor_kind IN ('IAMUser', 'Root')
  AND w.outcome = 'success'
  AND json_extract_scalar(w.details, '$.additionalEventData.SamlProviderArn') IS NULL
  AND upper(json_extract_scalar(w.details, '$.additionalEventData.MFAUsed')) = 'NO'
  AND NOT EXISTS (
    SELECT 1
    FROM events e
    CROSS JOIN incident n
    LEFT JOIN ips b ON b.ip = e.ip
    WHERE e.action = 'ConsoleLogin' AND e.actor = w.actor AND e.time < n.starts
      AND e.outcome = 'success' AND coalesce(b.network, e.ip) = coalesce(w.network, w.ip))
ORDER BY w.time, w.event_id, k.secret
