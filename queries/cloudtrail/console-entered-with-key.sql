-- A key was turned into a session, the session into a sign-in, and the console was entered.
--
-- Three steps: GetFederationToken or AssumeRole, GetSigninToken with what it made, ConsoleLogin
-- as the same actor within the quarter of an hour that such a token lasts. A sign-in names no
-- key, hence the chain. Each step is a row.
--
-- level: critical
-- sources: cloudtrail
-- attack: T1550.001, T1021.007
-- group: session
-- false positives: a company's own sign-in page with the exposed key
-- references: https://www.elastic.co/docs/reference/security/prebuilt-rules/rules/integrations/aws/initial_access_signin_console_login_federated_user, https://www.crowdstrike.com/en-us/blog/how-adversaries-persist-with-aws-user-federation/
WITH logins AS (
  SELECT m.secret AS secret, m.minted AS session, m.file AS mint_file, m.pos AS mint_pos,
    g.file AS token_file, g.pos AS token_pos, l.file AS login_file, l.pos AS login_pos
  FROM acts m
  JOIN acts g ON g.secret = m.secret AND g.credential = m.minted
    AND g.service = 'signin.amazonaws.com' AND g.action = 'GetSigninToken'
    AND g.outcome = 'success' AND g.time >= m.time
  JOIN in_window l ON l.actor = g.actor AND l.service = 'signin.amazonaws.com'
    AND l.action = 'ConsoleLogin' AND l.outcome = 'success'
    AND l.time >= g.time AND l.time <= g.time + INTERVAL '15' MINUTE
  WHERE m.service = 'sts.amazonaws.com'
    AND m.action IN ('GetFederationToken', 'AssumeRole')
    AND m.minted IS NOT NULL
),
steps AS (
  SELECT l.secret AS secret, l.session AS session, '1 session' AS step, l.mint_file AS file,
    l.mint_pos AS pos
  FROM logins l
  UNION
  SELECT l.secret, l.session, '2 sign-in token', l.token_file, l.token_pos FROM logins l
  UNION
  SELECT l.secret, l.session, '3 console', l.login_file, l.login_pos FROM logins l
)
SELECT
  s.secret AS secret,
  w.source AS event_source,
  w.event_id AS event_id,
  w.time AS time,
  coalesce(w.credential, s.session) AS credential,
  w.actor AS actor,
  w.action AS action,
  w.target AS target,
  w.ip AS ip,
  w.file AS file,
  w.pos AS pos,
  s.session AS session,
  s.step AS step
FROM steps s
JOIN in_window w ON w.file = s.file AND w.pos = s.pos
ORDER BY w.time, w.event_id, s.secret
