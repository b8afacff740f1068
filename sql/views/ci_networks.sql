-- The networks from which a secret was used inside jobs that had it, and never outside of any, on
-- so many days that chance does not explain it: where jobs fill a tenth of the time, two days are
-- enough for one in a hundred, where they fill half of it, seven. A place is a /24 or /48; of a
-- network that anybody can rent, in which jobs have another address each time, also the whole, if
-- jobs fill so little of the time that a thief who rents there would hardly meet one.
CREATE VIEW ci_networks AS
SELECT
  p.secret AS secret,
  p.derived AS derived,
  p.place AS place
FROM (
  SELECT
    u.secret AS secret,
    u.depth > 0 AS derived,
    k.whole AS whole,
    CASE WHEN k.whole THEN u.network ELSE u.place END AS place,
    count(CASE WHEN r.job = 'none' THEN 1 END) AS outside,
    count(DISTINCT CASE WHEN r.job = 'inside' THEN date_trunc('day', u.time) END) AS days
  FROM touches u
  JOIN in_jobs r ON r.secret = u.secret AND r.credential = u.credential
    AND r.file = u.file AND r.pos = u.pos
  CROSS JOIN (VALUES (false), (true)) AS k (whole)
  WHERE u.place IS NOT NULL AND (u.shared AND u.network <> u.place OR NOT k.whole)
  GROUP BY u.secret, u.depth > 0, k.whole, CASE WHEN k.whole THEN u.network ELSE u.place END
) p
JOIN ci_secrets s ON s.secret = p.secret
JOIN (
  -- How much of the time its jobs fill. Jobs that overlap count once.
  SELECT
    j.holder AS holder,
    sum(greatest(0, j.ends - greatest(j.starts, coalesce(j.busy_until, j.starts))))
      / greatest(1, max(j.ends) - min(j.starts)) AS share
  FROM (
    SELECT c.holder AS holder, c.starts AS starts, c.ends AS ends,
      max(c.ends) OVER (PARTITION BY c.holder ORDER BY c.starts, c.ends
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
    FROM ci_times c
    WHERE c.certain
  ) j
  GROUP BY j.holder
) filled ON filled.holder = s.holder
WHERE p.outside = 0
  AND (NOT p.whole OR filled.share
    <= (SELECT t.value FROM settings t WHERE t.name = 'circleci_job_share'))
  AND p.days >= 2
  AND power(filled.share, p.days)
    <= (SELECT t.value FROM settings t WHERE t.name = 'circleci_job_chance')
