-- The decision that counts on each finding, secret or kind of use: the newest, also where it is
-- open, which is that there is none any more. Of two of one time the less comfortable counts,
-- whichever was recorded or imported first.
CREATE VIEW decisions AS
SELECT
  row_number() OVER (ORDER BY d.decided_at, d.kind, d.subject, d.secret, d.ip_from, d.ip_to,
    d.agent_like, d.actor_like) AS entry,
  d.kind AS kind,
  d.subject AS subject,
  d.secret AS secret,
  d.ip AS ip,
  d.ip_from AS ip_from,
  d.ip_to AS ip_to,
  d.agent AS agent,
  d.actor AS actor,
  d.agent_like AS agent_like,
  d.actor_like AS actor_like,
  d.decision AS decision,
  d.note AS note,
  d.author AS author,
  d.decided_at AS decided_at,
  d.seen AS seen
FROM (
  SELECT
    t.kind AS kind,
    t.subject AS subject,
    t.secret AS secret,
    t.ip AS ip,
    t.ip_from AS ip_from,
    t.ip_to AS ip_to,
    t.agent AS agent,
    t.actor AS actor,
    t.agent_like AS agent_like,
    t.actor_like AS actor_like,
    t.decision AS decision,
    t.note AS note,
    t.author AS author,
    t.decided_at AS decided_at,
    t.seen AS seen,
    row_number() OVER (
      PARTITION BY t.kind, t.subject, t.secret, t.ip_from, t.ip_to, t.agent_like, t.actor_like
      ORDER BY t.decided_at DESC,
        CASE t.decision WHEN 'confirmed' THEN 0 WHEN 'needs-work' THEN 1 WHEN 'open' THEN 2
          ELSE 3 END,
        t.author, t.note, t.seen) AS place
  FROM (
    SELECT
      g.kind AS kind,
      g.subject AS subject,
      g.secret AS secret,
      g.ip AS ip,
      g.ip_from AS ip_from,
      g.ip_to AS ip_to,
      g.agent AS agent,
      g.actor AS actor,
      -- LIKE patterns in lower case, \ escapes.
      replace(replace(replace(replace(lower(g.agent), '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')
        AS agent_like,
      replace(replace(replace(replace(lower(g.actor), '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')
        AS actor_like,
      g.decision AS decision,
      g.note AS note,
      g.author AS author,
      g.decided_at AS decided_at,
      g.seen AS seen
    FROM triage g
  ) t
) d
WHERE d.place = 1
