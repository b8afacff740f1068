-- Each touch by itself: does it stand on the customer's list, and does it fit the baseline?
-- fits is NULL where the log gives no place or no agent to compare, of this use or of any before
-- the window: such a use can be neither called the build's nor the intruder's. So it is with an
-- address of a network that was seen before, or of another one of its owner, in which anybody can
-- rent one, unless its /24 or /48 was seen too: builds move about there, and thieves do as well.
-- Inside a job it fits, if from that network the secret was used in jobs only (ci_networks). A
-- responder's own credential is his if the case names it; what a stolen key did in his name may be
-- the thief's.
-- A secret that CI holds and that has no baseline fits inside a job that had it, but not merely
-- for that: a thief's use may fall into a job by chance. Its network must be one of CI's, as its
-- label says or ci_networks tells, and nothing may speak against the address. Inside a job from any
-- other network the log cannot tell.
-- new_hour is the hour, UTC, if the secret's hours are known (rhythms) and it was never used in
-- that one: Tue 14, or 14 where they are known by the day only. It does not make a use
-- unexpected: people work late and jobs are started by hand, which is why Elastic's rule on
-- unusual hours has the lowest severity and names just that as its false positive. Where a job
-- of CI was running, that explains the hour.
CREATE VIEW judged AS
SELECT
  t.secret AS secret,
  t.credential AS credential,
  t.event_id AS event_id,
  t.source AS source,
  t.file AS file,
  t.pos AS pos,
  listed.why AS listed_why,
  listed.by_address AS listed_by_address,
  listed.triaged AS listed_triaged,
  r.value IS NOT NULL AS responder,
  known.secret IS NOT NULL AS has_baseline,
  CASE
    WHEN t.phase = 'before' THEN true
    WHEN known.secret IS NULL AND t.place IS NOT NULL AND coalesce(run.job, 'none') <> 'inside'
      THEN false
    WHEN known.secret IS NULL AND t.place IS NOT NULL
      AND (t.indicator IS NOT NULL
        OR regexp_like(coalesce(lower(t.labels), ''), '(^|, *)(tor|vpn|proxy)( *,|$)'))
      THEN false
    WHEN known.secret IS NULL AND (usual.place IS NOT NULL
        OR regexp_like(coalesce(lower(t.labels), ''), '(^|, *)ci( *,|$)'))
      THEN true
    WHEN known.secret IS NULL THEN CAST(NULL AS BOOLEAN)
    WHEN (t.agent_family IS NOT NULL AND agent.value IS NULL) OR action.value IS NULL THEN false
    WHEN t.repository IS NOT NULL AND repository.value IS NULL THEN false
    WHEN t.place IS NOT NULL AND known.places > 0 AND place.value IS NULL
      AND ((network.value IS NULL AND NOT (t.rented AND owner.value IS NOT NULL))
        OR (t.country IS NOT NULL AND known.countries > 0 AND country.value IS NULL)) THEN false
    WHEN t.place IS NULL OR known.places = 0 THEN CAST(NULL AS BOOLEAN)
    WHEN place.value IS NULL AND t.shared AND whole.place IS NULL THEN CAST(NULL AS BOOLEAN)
    WHEN t.agent_family IS NULL AND known.agents > 0 THEN CAST(NULL AS BOOLEAN)
    ELSE true
  END AS fits,
  CASE
    WHEN t.phase = 'before' THEN ''
    WHEN known.secret IS NULL THEN ', no baseline'
      || CASE WHEN t.place IS NULL THEN ', no source address' ELSE '' END
      || CASE WHEN run.job = 'inside' THEN ', inside a CircleCI job' ELSE '' END
    ELSE
      CASE WHEN t.place IS NULL THEN ', no source address'
        WHEN known.places = 0 THEN ', no source address before the window'
        WHEN place.value IS NOT NULL THEN ''
        WHEN network.value IS NULL AND NOT (t.rented AND owner.value IS NOT NULL)
          THEN ', new network'
        WHEN t.country IS NOT NULL AND known.countries > 0 AND country.value IS NULL
          THEN ', new country'
        WHEN t.shared AND whole.place IS NULL THEN ', another address of a shared network'
        ELSE '' END
      || CASE WHEN t.agent_family IS NULL AND known.agents > 0 THEN ', no user agent'
        WHEN t.agent_family IS NOT NULL AND agent.value IS NULL THEN ', new agent' ELSE '' END
      || CASE WHEN action.value IS NULL THEN ', new action' ELSE '' END
      || CASE WHEN t.repository IS NOT NULL AND repository.value IS NULL
        THEN ', new repository' ELSE '' END
  END AS differs,
  run.job AS job,
  CASE WHEN t.phase <> 'before' AND rhythm.span IS NOT NULL AND h.hour IS NULL
      AND coalesce(run.job, 'none') <> 'inside'
    THEN CASE rhythm.span WHEN 'week' THEN t.hour ELSE substr(t.hour, 5) END END AS new_hour
FROM touches t
LEFT JOIN in_jobs run ON run.secret = t.secret AND run.credential = t.credential
  AND run.file = t.file AND run.pos = t.pos
LEFT JOIN ci_networks usual ON usual.secret = t.secret AND usual.derived = (t.depth > 0)
  AND usual.place = t.place
LEFT JOIN ci_networks whole ON whole.secret = t.secret AND whole.derived = (t.depth > 0)
  AND whole.place = t.network AND run.job = 'inside'
LEFT JOIN (
  SELECT b.secret AS secret, b.derived AS derived, count_if(b.what = 'place') AS places,
    count_if(b.what = 'country') AS countries, count_if(b.what = 'agent') AS agents
  FROM baseline b
  GROUP BY b.secret, b.derived
) known
  ON known.secret = t.secret AND known.derived = (t.depth > 0)
LEFT JOIN baseline place ON place.secret = t.secret AND place.derived = (t.depth > 0)
  AND place.what = 'place' AND place.value = t.place
LEFT JOIN baseline network ON network.secret = t.secret AND network.derived = (t.depth > 0)
  AND network.what = 'network' AND network.value = t.network
LEFT JOIN baseline owner ON owner.secret = t.secret AND owner.derived = (t.depth > 0)
  AND owner.what = 'owner' AND owner.value = t.organisation
LEFT JOIN baseline country ON country.secret = t.secret AND country.derived = (t.depth > 0)
  AND country.what = 'country' AND country.value = t.country
LEFT JOIN baseline agent ON agent.secret = t.secret AND agent.derived = (t.depth > 0)
  AND agent.what = 'agent' AND agent.value = t.agent_family
LEFT JOIN baseline action ON action.secret = t.secret AND action.derived = (t.depth > 0)
  AND action.what = 'action' AND action.value = t.action
LEFT JOIN baseline repository
  ON repository.secret = t.secret AND repository.derived = (t.depth > 0)
  AND repository.what = 'target' AND repository.value = t.repository
LEFT JOIN rhythms rhythm ON rhythm.secret = t.secret AND rhythm.derived = (t.depth > 0)
LEFT JOIN hours h ON h.secret = rhythm.secret AND h.derived = rhythm.derived
  AND h.span = rhythm.span
  AND h.hour = t.slot % CASE rhythm.span WHEN 'week' THEN 168 ELSE 24 END
-- Of each address, agent and actor once: each entry is compared with them, and there are millions
-- of touches.
LEFT JOIN (
  SELECT
    u.secret AS secret,
    u.address AS address,
    u.agent AS agent,
    u.actor AS actor,
    min_by(x.why, x.entry) AS why,
    bool_and(x.triaged) AS triaged, -- no entry of case.yaml says so
    bool_or(x.ip_from = x.ip_to) AS by_address -- that address itself, not a network around it
  FROM expected_entries x
  JOIN (
    SELECT DISTINCT k.secret AS secret, k.address AS address, k.agent AS agent, k.actor AS actor
    FROM touches k
  ) u
    ON (x.secret IS NULL OR u.secret = x.secret)
    AND (x.ip_from IS NULL OR (u.address >= x.ip_from AND u.address <= x.ip_to))
    AND (x.agent IS NULL OR lower(u.agent) LIKE x.agent ESCAPE '\')
    AND (x.actor IS NULL OR lower(u.actor) LIKE x.actor ESCAPE '\')
  GROUP BY u.secret, u.address, u.agent, u.actor
) listed ON listed.secret = t.secret
  AND coalesce(listed.address, '') = coalesce(t.address, '')
  AND coalesce(listed.agent, '') = coalesce(t.agent, '')
  AND coalesce(listed.actor, '') = coalesce(t.actor, '')
LEFT JOIN (SELECT DISTINCT p.value AS value FROM responders p) r ON r.value = t.credential
