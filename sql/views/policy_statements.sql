-- The statements of the policies in CloudTrail's records, one row each: who is let in (outsider:
-- anyone, or another account), and whether everything is allowed (admin). A policy is JSON, JSON in
-- a string, or that in URL encoding. IAM does not care about the case of names, so all is in lower
-- case here. What is denied to everyone, as for calls without TLS, opens nothing.
CREATE VIEW policy_statements AS
SELECT
  s.file AS file,
  s.pos AS pos,
  s.effect AS effect,
  s.principal AS principal,
  s.action AS action,
  s.resource AS resource,
  s.condition AS condition,
  s.effect = 'allow' AND (
    s.not_principal IS NOT NULL
    OR regexp_like(replace(s.principal, s.account, 'own'), '"[0-9]{12}"|:(iam|sts)::[0-9]{12}:')
    -- Anyone, unless a condition keeps it within the organisation, its accounts or networks.
    OR (regexp_like(s.principal, '"\*"') AND (
      NOT regexp_like(coalesce(s.condition, ''),
        'aws:(principal(orgid|orgpaths|account|arn)|source(account|arn|orgid|vpc|vpce))"')
      OR regexp_like(replace(s.condition, s.account, 'own'), '[0-9]{12}')))
  ) AS outsider,
  s.effect = 'allow' AND coalesce(regexp_like(s.resource, '"\*"'), false)
    AND coalesce(s.not_action IS NOT NULL OR regexp_like(s.action, '"\*(:\*)?"'), false) AS admin
FROM (
  SELECT
    t.file AS file,
    t.pos AS pos,
    t.account AS account,
    json_extract_scalar(t.policy, t.path || '.effect') AS effect,
    json_format(json_extract(t.policy, t.path || '.principal')) AS principal,
    json_format(json_extract(t.policy, t.path || '.notprincipal')) AS not_principal,
    json_format(json_extract(t.policy, t.path || '.action')) AS action,
    json_format(json_extract(t.policy, t.path || '.notaction')) AS not_action,
    json_format(json_extract(t.policy, t.path || '.resource')) AS resource,
    json_format(json_extract(t.policy, t.path || '.condition')) AS condition
  FROM (
    SELECT
      d.file AS file,
      d.pos AS pos,
      d.account AS account,
      d.policy AS policy,
      -- A single statement need not be a list.
      CASE WHEN json_extract_scalar(d.policy, '$.statement.effect') IS NULL
        THEN '$.statement[' || CAST(n.i AS VARCHAR) || ']' ELSE '$.statement' END AS path
    FROM (
      SELECT
        x.file AS file,
        x.pos AS pos,
        x.account AS account,
        lower(CASE WHEN strpos(x.text, '{') = 0 THEN url_decode(x.text) ELSE x.text END) AS policy
      FROM (
        SELECT
          e.file AS file,
          e.pos AS pos,
          coalesce(e.account, '-') AS account,
          coalesce(
            json_format(json_extract(e.details, '$.requestParameters.bucketPolicy')),
            json_extract_scalar(e.details, '$.requestParameters.policyDocument'),
            json_extract_scalar(e.details, '$.requestParameters.assumeRolePolicyDocument'),
            json_extract_scalar(e.details, '$.requestParameters.policy'),
            json_format(json_extract(e.details, '$.requestParameters.policyDocument')),
            json_format(json_extract(e.details, '$.requestParameters.assumeRolePolicyDocument')),
            json_format(json_extract(e.details, '$.requestParameters.policy'))) AS text
        FROM events e
        WHERE e.source = 'cloudtrail'
          AND e.action IN ('PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicy',
            'CreatePolicyVersion', 'UpdateAssumeRolePolicy', 'CreateRole', 'GetFederationToken',
            'PutBucketPolicy', 'PutKeyPolicy')
      ) x
    ) d
    CROSS JOIN UNNEST(sequence(0, CASE
      WHEN json_extract_scalar(d.policy, '$.statement.effect') IS NULL
      THEN greatest(coalesce(json_size(d.policy, '$.statement'), 0), 1) - 1 ELSE 0 END, 1)) AS n (i)
  ) t
) s
WHERE s.effect IS NOT NULL
