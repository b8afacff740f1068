-- The hours in which each secret's own credentials, and those that it made, were used before the
-- window, by the week (0 is Monday 00:00 UTC, of 168) and by the day (of 24). An hour counts for
-- both of its neighbours too: clocks drift, jobs queue, and daylight saving time moves what
-- people and their schedulers do by one hour. turns is in how many weeks, or on how many days,
-- that was; slots how many hours of the calendar with uses lie in the very hour.
CREATE VIEW hours AS
SELECT
  n.secret AS secret,
  n.derived AS derived,
  n.span AS span,
  n.slot % n.length AS hour,
  count(DISTINCT n.slot - n.slot % n.length) AS turns,
  count_if(n.shift = 0) AS slots
FROM (
  SELECT
    s.secret AS secret,
    s.derived AS derived,
    p.span AS span,
    p.length AS length,
    m.shift AS shift,
    s.slot + m.shift AS slot
  FROM (
    SELECT DISTINCT t.secret AS secret, t.depth > 0 AS derived, t.slot AS slot
    FROM touches t
    WHERE t.phase = 'before'
  ) s
  CROSS JOIN (VALUES ('week', 168), ('day', 24)) AS p (span, length)
  CROSS JOIN (VALUES (-1), (0), (1)) AS m (shift)
) n
GROUP BY n.secret, n.derived, n.span, n.slot % n.length
