-- Whose hours are known: a secret that before its window was used for long enough, often enough,
-- in few enough hours, and so regularly that hardly a use came in an hour that no other week (or
-- day) has. That last share is what would have been told wrongly of the time before the window,
-- so it is what to expect in the window too (Good and Turing's estimate of what is yet unseen).
-- Builds at all hours have no rhythm, and nothing is said of their hours. By the week where that
-- is known, else by the day. slots are the hours of the calendar with uses.
CREATE VIEW rhythms AS
SELECT
  k.secret AS secret,
  k.derived AS derived,
  max(k.span) AS span,
  max_by(k.hours, k.span) AS hours,
  max(k.slots) AS slots,
  max(k.days) AS days
FROM (
  SELECT
    h.secret AS secret,
    h.derived AS derived,
    h.span AS span,
    count(*) AS hours,
    sum(h.slots) AS slots,
    sum(CASE WHEN h.turns = 1 THEN h.slots ELSE 0 END) AS strays,
    max(b.days) AS days,
    max(b.weeks) AS weeks
  FROM hours h
  JOIN (
    SELECT t.secret AS secret, t.depth > 0 AS derived,
      count(DISTINCT t.slot - t.slot % 24) AS days,
      count(DISTINCT t.slot - t.slot % 168) AS weeks
    FROM touches t
    WHERE t.phase = 'before'
    GROUP BY t.secret, t.depth > 0
  ) b ON b.secret = h.secret AND b.derived = h.derived
  GROUP BY h.secret, h.derived, h.span
) k
WHERE k.slots >= (SELECT t.value FROM settings t WHERE t.name = 'rhythm_uses')
  AND k.strays <= k.slots * (SELECT t.value FROM settings t WHERE t.name = 'rhythm_strays')
  AND ((k.span = 'week'
      AND k.weeks >= (SELECT t.value FROM settings t WHERE t.name = 'rhythm_weeks')
      AND k.hours <= (SELECT t.value FROM settings t WHERE t.name = 'rhythm_week_hours'))
    OR (k.span = 'day'
      AND k.days >= (SELECT t.value FROM settings t WHERE t.name = 'rhythm_days')
      AND k.hours <= (SELECT t.value FROM settings t WHERE t.name = 'rhythm_day_hours')))
GROUP BY k.secret, k.derived
