-- A use: an event by an exposed or derived credential, before, in or after that credential's
-- window. expected is true (the customer's list, a responder, AWS itself, or the baseline, and
-- for a derived credential its minting too), false, or NULL where the log cannot tell: there is
-- no address to compare, or it names a person who may have acted himself. job tells whether a job
-- of CircleCI had the secret then: inside, perhaps, none, or NULL where the log cannot tell. why
-- ends with new hour if a use fits but for its hour, which new_hour then names; new_hour is of
-- uses that do not fit too, but not of those that the customer or AWS stands for.
CREATE VIEW uses AS
SELECT
  t.secret AS secret,
  t.credential AS credential,
  t.match AS match,
  t.named AS named,
  t.depth AS depth,
  t.phase AS phase,
  CASE
    WHEN t.by_aws THEN true
    WHEN t.match = 'login'
      AND NOT (j.listed_why IS NOT NULL OR j.responder OR coalesce(j.fits, false))
      THEN CAST(NULL AS BOOLEAN)
    ELSE (j.listed_why IS NOT NULL OR j.responder OR j.fits) AND b.expected
  END AS expected,
  CASE
    WHEN t.by_aws THEN 'AWS itself'
    WHEN j.listed_why IS NOT NULL THEN j.listed_why
    WHEN j.responder THEN 'responder'
    WHEN j.fits AND NOT j.has_baseline AND t.phase <> 'before' AND coalesce(b.expected, true)
      THEN 'inside a CircleCI job'
    WHEN j.differs <> '' THEN substr(j.differs, 3)
    WHEN NOT coalesce(b.expected, true) THEN 'minted unexpectedly'
    WHEN t.shared AND j.job = 'inside' THEN 'fits the baseline, inside a CircleCI job'
    ELSE 'fits the baseline'
      || CASE WHEN t.shared THEN ', from a network that anybody can rent' ELSE '' END
      || CASE WHEN j.new_hour IS NOT NULL THEN ', new hour' ELSE '' END
  END AS why,
  CASE WHEN NOT t.by_aws AND j.listed_why IS NULL AND NOT j.responder THEN j.new_hour
  END AS new_hour,
  j.has_baseline AS has_baseline,
  j.job AS job,
  coalesce(j.listed_by_address, false) AS listed_by_address,
  -- Nothing but a decision of triage makes it expected.
  coalesce(j.listed_triaged AND NOT t.by_aws AND NOT j.responder AND NOT coalesce(j.fits, false),
    false) AS triaged,
  j.responder AS responder,
  t.by_aws AS by_aws,
  t.minted_at AS minted_at,
  t.mint_event AS mint_event,
  t.exposed_at AS exposed_at,
  t.ends AS ends,
  t.secret_ends AS secret_ends,
  t.source AS source,
  t.event_id AS event_id,
  t.time AS time,
  t.account AS account,
  t.region AS region,
  t.service AS service,
  t.action AS action,
  t.actor AS actor,
  t.actor_kind AS actor_kind,
  t.session AS session,
  t.via AS via,
  t.minted AS minted,
  t.target AS target,
  t.ip AS ip,
  t.agent AS agent,
  t.agent_family AS agent_family,
  t.outcome AS outcome,
  t.error AS error,
  t.read_only AS read_only,
  t.file AS file,
  t.pos AS pos,
  t.network AS network,
  t.shared AS shared,
  t.latitude AS latitude,
  t.longitude AS longitude,
  t.country AS country,
  t.asn AS asn,
  t.organisation AS organisation,
  t.labels AS labels,
  t.indicator AS indicator
FROM touches t
JOIN judged j
  ON j.secret = t.secret AND j.credential = t.credential AND j.file = t.file AND j.pos = t.pos
LEFT JOIN births b ON b.secret = t.secret AND b.credential = t.credential
