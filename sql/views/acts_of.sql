-- Which events acts has, and of which secret: unexpected uses, and with secret NULL what others did
-- in the incident's window. Stored, so that each detection joins rows and plans nothing.
CREATE VIEW acts_of AS
SELECT
  u.secret AS secret,
  u.network AS network,
  u.file AS file,
  u.pos AS pos
FROM unexpected_uses u
UNION ALL
SELECT
  CAST(NULL AS VARCHAR),
  i.network,
  w.file,
  w.pos
FROM in_window w
LEFT JOIN ips i ON i.ip = w.ip
WHERE NOT EXISTS (
    SELECT 1 FROM credentials c
    WHERE c.credential = w.credential AND c.match NOT IN ('login', 'repository'))
  AND NOT EXISTS (
    SELECT 1 FROM unexpected_uses u WHERE u.file = w.file AND u.pos = w.pos)
  AND NOT EXISTS (
    SELECT 1 FROM responders r
    WHERE lower(r.value) = lower(w.actor) OR r.value = w.credential)
