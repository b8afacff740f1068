-- Names of Trino's functions that DuckDB lacks or defines otherwise, so that the detections run
-- on both engines as they stand. Schema trino comes first in the search path.
CREATE SCHEMA IF NOT EXISTS trino;
CREATE OR REPLACE MACRO trino.json_extract_scalar(j, p) AS CASE
  WHEN NOT json_valid(j) THEN NULL
  WHEN json_type(j, p) IN ('OBJECT', 'ARRAY') THEN NULL
  ELSE json_extract_string(j, p) END;
CREATE OR REPLACE MACRO trino.json_extract(j, p) AS
  CASE WHEN json_valid(j) THEN system.main.json_extract(j, p) END;
CREATE OR REPLACE MACRO trino.json_format(j) AS CAST(j AS VARCHAR);
CREATE OR REPLACE MACRO trino.json_size(j, p) AS CAST(CASE
  WHEN NOT json_valid(j) THEN NULL
  WHEN json_type(j, p) = 'ARRAY' THEN json_array_length(j, p)
  WHEN json_type(j, p) = 'OBJECT' THEN len(json_keys(j, p)) ELSE 0 END AS BIGINT);
CREATE OR REPLACE MACRO trino.regexp_like(s, p) AS regexp_matches(s, p);
CREATE OR REPLACE MACRO trino.regexp_extract(s, p) AS
  CASE WHEN regexp_matches(s, p) THEN system.main.regexp_extract(s, p) END,
  (s, p, g) AS CASE WHEN regexp_matches(s, p) THEN system.main.regexp_extract(s, p, g) END;
CREATE OR REPLACE MACRO trino.strpos(s, t) AS instr(s, t);
CREATE OR REPLACE MACRO trino.split(s, d) AS string_split(s, d);
CREATE OR REPLACE MACRO trino.to_unixtime(x) AS epoch(x);
CREATE OR REPLACE MACRO trino.date_diff(u, a, b) AS date_sub(u, a, b);
CREATE OR REPLACE MACRO trino.element_at(x, k) AS x[k];
CREATE OR REPLACE MACRO trino.cardinality(x) AS len(x);
CREATE OR REPLACE MACRO trino.array_join(a, d) AS array_to_string(a, d);
CREATE OR REPLACE MACRO trino.array_sort(a) AS list_sort(a);
CREATE OR REPLACE MACRO trino.slice(a, s, n) AS list_slice(a, s, s + n - 1);
-- aws_time reads the times that AWS writes for people, all UTC: "Jul 29, 2021 11:53:37 PM",
-- "Jul 10, 2023, 6:30:22 PM", the same with a narrow no-break space, and ISO 8601.
CREATE OR REPLACE MACRO trino.aws_time(s) AS TRY_STRPTIME(
  replace(s, chr(8239), ' '),
  ['%b %d, %Y %I:%M:%S %p', '%b %d, %Y, %I:%M:%S %p', '%Y-%m-%dT%H:%M:%SZ', '%Y-%m-%dT%H:%M:%S.%fZ']);
-- agent_family is the tool and its major version: "aws-cli/2.9.1 Python/3.9" is aws-cli/2. Terraform
-- names itself behind two others.
CREATE OR REPLACE MACRO trino.agent_family(s) AS lower(CASE
  WHEN regexp_matches(s, '\bTerraform/[0-9]')
    THEN system.main.regexp_extract(s, '\b(Terraform/[0-9]+)', 1)
  WHEN regexp_matches(s, '^\[?[A-Za-z0-9_.+-]+')
    THEN system.main.regexp_extract(s, '^\[?([A-Za-z0-9_.+-]+(/v?[0-9]+)?)', 1)
  ELSE s END);
CREATE OR REPLACE MACRO trino.sequence(a, b, s) AS generate_series(a, b, s);
-- github_field is a member of a GitHub record's details, which stands in the record or, in exports
-- and on GitHub Enterprise Server, in its object data: github_field(details, 'visibility').
CREATE OR REPLACE MACRO trino.github_field(d, name) AS coalesce(
  trino.json_extract_scalar(d, '$.' || name), trino.json_extract_scalar(d, '$.data.' || name));
-- github_private is false where the record says that its repository is public, and true where it
-- says nothing: each form has its own word for it.
CREATE OR REPLACE MACRO trino.github_private(d) AS lower(coalesce(
  trino.github_field(d, 'repository_public'), trino.github_field(d, 'public_repo'),
  CASE WHEN trino.github_field(d, 'visibility') = 'public' THEN 'true' END,
  'false')) <> 'true';
