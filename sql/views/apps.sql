-- What acted through an application of GitHub's, and since when. Names have no case.
CREATE VIEW apps AS
SELECT
  lower(e.via) AS via,
  lower(e.actor) AS actor,
  e.credential AS credential,
  min(e.time) AS first_seen
FROM events e
WHERE e.source = 'github' AND e.credential IS NOT NULL
  AND (e.via IS NOT NULL OR e.actor LIKE '%[bot]')
GROUP BY lower(e.via), lower(e.actor), e.credential
