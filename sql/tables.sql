-- The tables that loading fills. Times are TIMESTAMP in UTC. Text that the log does not have is
-- NULL, never ''. Views (sql/views) are what detections read; see ARCHITECTURE.md.

-- One row: which version of this file made the database.
CREATE TABLE main.schema_version (
  version INTEGER NOT NULL
);

-- The incident under investigation; one row.
CREATE TABLE main.incident (
  id VARCHAR NOT NULL,       -- circleci-2023-01
  title VARCHAR NOT NULL,
  starts TIMESTAMP,          -- start of the breach; NULL: not known, then nothing is cut off
  ends TIMESTAMP,            -- exclusive; NULL: ends with each secret's rotation
  disclosed TIMESTAMP,
  created_before TIMESTAMP   -- exposed only if created before
);

-- The inventory: one row per secret that the vendor held.
CREATE TABLE main.secrets (
  id VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,           -- aws-access-key, github-token, …
  identifier VARCHAR,              -- as given; an id or a hash, never a value
  short VARCHAR,                   -- the identifier shortened for reading
  name VARCHAR,
  stored_in VARCHAR,               -- context:NAME, project:SLUG …
  owner VARCHAR,
  account VARCHAR,                 -- AWS account of a key, from the inventory or the key id
  created_at TIMESTAMP,
  rotated_at TIMESTAMP,            -- declared by the customer
  vendor_revoked_at TIMESTAMP,     -- the vendor's forced revocation for this kind
  exposed_at TIMESTAMP,            -- start of the window; NULL with exposed = false
  window_end TIMESTAMP,            -- declared end: rotated_at, else vendor_revoked_at; NULL: open
  exposed BOOLEAN NOT NULL         -- held by the vendor when it was breached
);

-- What a log can show of a secret, in normal form.
CREATE TABLE main.secret_credentials (
  secret VARCHAR NOT NULL,
  credential VARCHAR NOT NULL,
  match VARCHAR NOT NULL           -- exact, tail, token_id, fingerprint, key, repository, grant, app,
                                   -- login, account (that an AWS key id names)
);

-- Indicators of the incident and of the customer. ip_from and ip_to are the first and last
-- address as 32 hexadecimal digits (IPv4 as ::ffff:a.b.c.d), so that text order is address order.
CREATE TABLE main.indicators (
  type VARCHAR NOT NULL,           -- ip, network, user_agent, domain, …
  value VARCHAR NOT NULL,
  ip_from VARCHAR,
  ip_to VARCHAR,
  confidence VARCHAR,
  source VARCHAR
);

-- The customer's list of expected use: a use fits a row when all of its selectors match.
CREATE TABLE main.expected_list (
  entry INTEGER NOT NULL,          -- position in case.yaml, from 1
  ip_from VARCHAR,                 -- NULL: any address
  ip_to VARCHAR,
  agent VARCHAR,                   -- LIKE pattern in lower case, \ escapes; NULL: any agent
  actor VARCHAR,                   -- LIKE pattern in lower case, \ escapes; NULL: any actor
  why VARCHAR NOT NULL
);

-- Who rotates keys for the customer: actors, in whatever case of letters, or credentials.
CREATE TABLE main.responders (
  value VARCHAR NOT NULL
);

-- Every file that was read: records = events + duplicates + rejects.
CREATE TABLE main.files (
  id INTEGER NOT NULL,
  path VARCHAR NOT NULL,           -- relative to the case where it lies inside; logs.zip!a.json in it
  bytes BIGINT NOT NULL,           -- as stored, compressed
  sha256 VARCHAR NOT NULL,         -- of the file as stored, hexadecimal
  form VARCHAR NOT NULL,           -- cloudtrail/s3, github/stream, mixed, archive/zip, unknown, unreadable, empty
  records BIGINT NOT NULL,
  events BIGINT NOT NULL,
  duplicates BIGINT NOT NULL,
  rejects BIGINT NOT NULL,
  first_time TIMESTAMP,
  last_time TIMESTAMP,
  loaded_at TIMESTAMP NOT NULL
);

-- What is wrong with the case's logs beyond records: a path that is not there, a file that was
-- skipped, an id that two different records have … As of the last load.
CREATE TABLE main.problems (
  what VARCHAR NOT NULL,           -- missing, unreadable, empty, skipped, changed, incomplete, gone,
                                   -- not named, other source, same id
  path VARCHAR NOT NULL,           -- as in files; also of folders and globs
  why VARCHAR NOT NULL,
  blocks BOOLEAN NOT NULL,         -- a use may be missing: no secret is cleared by these logs
  named VARCHAR NOT NULL           -- the path given to load; '' where the case names it
);

-- Records that could not become events.
CREATE TABLE main.rejects (
  file INTEGER NOT NULL,
  pos BIGINT NOT NULL,             -- line, or element number, from 1
  reason VARCHAR NOT NULL,
  excerpt VARCHAR
);

-- One normalised record of a log. The comments name CloudTrail / GitHub / CircleCI.
CREATE TABLE main.events (
  source VARCHAR NOT NULL,         -- cloudtrail, github, circleci
  event_id VARCHAR NOT NULL,       -- eventID / _document_id, else a hash of the record / id
  time TIMESTAMP NOT NULL,
  account VARCHAR,                 -- recipient account / organisation / organisation
  region VARCHAR,                  -- awsRegion / git, web, enterprise or person / -
  service VARCHAR,                 -- eventSource / category / first word of the action
  action VARCHAR,                  -- eventName / action / action with dots
  actor VARCHAR,                   -- arn / login / login
  actor_kind VARCHAR,              -- userIdentity.type / programmatic_access_type / actor.type
  credential VARCHAR,              -- access key id / token hash (base64) / login:NAME
  credential_kind VARCHAR,         -- access_key, console / token, ssh_key, app / login
  session VARCHAR,                 -- session's creation time / token_id:N or deploy_key:REPO / workflow
  via VARCHAR,                     -- invokedBy / OAuth application or app / trigger
  minted VARCHAR,                  -- the credential that this event made
  target VARCHAR,                  -- what was acted on: key id, user, role, secret, repository …
  ip VARCHAR,                      -- as logged: an address, or a service's name
  agent VARCHAR,
  outcome VARCHAR NOT NULL,        -- success, failure
  error VARCHAR,
  read_only BOOLEAN,
  details VARCHAR USING COMPRESSION zstd, -- JSON: the record without the members above
  file INTEGER NOT NULL,
  pos BIGINT NOT NULL,
  category VARCHAR                 -- management, data, insight, network / git, web, api, enterprise, person / -
);

-- What is known of each address that acted.
CREATE TABLE main.ips (
  ip VARCHAR NOT NULL,             -- as in events; only real addresses are here
  address VARCHAR NOT NULL,        -- 32 hexadecimal digits, as in indicators
  block VARCHAR NOT NULL,          -- the /24 or /48
  network VARCHAR NOT NULL,        -- AS and its number where known, else the block
  country VARCHAR,
  city VARCHAR,
  asn BIGINT,
  organisation VARCHAR,
  labels VARCHAR,                  -- comma-separated: hosting, vpn, tor, proxy, cloud provider, ci
  shared BOOLEAN NOT NULL,         -- anybody can rent an address of this network, or pass through it
  latitude DOUBLE,                 -- only where a database knows more than the country
  longitude DOUBLE,
  indicator VARCHAR                -- the indicator that names it
);

-- The databases that table ips was filled from, in the order in which they are asked.
CREATE TABLE main.ip_databases (
  position INTEGER NOT NULL,
  name VARCHAR NOT NULL,           -- as the case names it, or built-in …
  type VARCHAR NOT NULL,
  built TIMESTAMP,
  sha256 VARCHAR NOT NULL,
  source VARCHAR NOT NULL,         -- who made it, its licence
  places BOOLEAN NOT NULL          -- it says where addresses are or whose: of its year
);

-- Thresholds that views and detections read.
CREATE TABLE main.settings (
  name VARCHAR NOT NULL,
  value DOUBLE NOT NULL,
  default_value DOUBLE NOT NULL,
  meaning VARCHAR NOT NULL
);

-- Spans in which CloudTrail delivered no log, as digests say that it signed itself; verify finds
-- them. Nothing happened then: no such span is a gap.
CREATE TABLE main.silent (
  account VARCHAR NOT NULL,
  region VARCHAR NOT NULL,
  from_time TIMESTAMP NOT NULL,
  to_time TIMESTAMP NOT NULL       -- exclusive
);

-- What became of the mails of a result: one row for each recipient and time that it was sent.
CREATE TABLE main.deliveries (
  recipient VARCHAR NOT NULL,
  message_id VARCHAR NOT NULL,     -- the same for the same result and recipient
  result_sha256 VARCHAR NOT NULL,  -- of result.json
  sent_at TIMESTAMP NOT NULL,
  status VARCHAR NOT NULL,         -- delivered: the server took it; failed
  error VARCHAR
);

-- Runs that mail or have a slot. Of a slot at most one is done.
CREATE TABLE main.runs (
  id BIGINT NOT NULL,
  slot VARCHAR,                    -- the time that it was planned for, or another name; NULL: none
  started_at TIMESTAMP NOT NULL,
  finished_at TIMESTAMP,
  status VARCHAR NOT NULL,         -- running, done, failed, killed (a later run found it running)
  error VARCHAR,
  result_sha256 VARCHAR,           -- of result.json
  events BIGINT,                   -- that it loaded
  logs_from TIMESTAMP,             -- first and last time in the logs of the case
  logs_to TIMESTAMP,
  findings BIGINT,
  alarms BIGINT,                   -- secrets that are compromised or suspicious
  unknowns BIGINT                  -- secrets of which the logs cannot tell
);

-- What was mailed last to each recipient, in outline: the next mail tells what is new since.
CREATE TABLE main.mailed (
  result_sha256 VARCHAR NOT NULL,
  outline VARCHAR NOT NULL         -- JSON, a result.json without what no comparison needs
);

-- What people decided on findings, secrets and uses: a log to which rows are only added. Of one
-- subject the newest counts (view decisions).
CREATE TABLE main.triage (
  kind VARCHAR NOT NULL,           -- finding, secret, use
  subject VARCHAR NOT NULL,        -- the id of the finding or secret; '' for a use
  secret VARCHAR,                  -- what uses are meant, all of these: of this secret; NULL: any
  ip VARCHAR,                      -- from this address or network, as people write it
  ip_from VARCHAR,                 -- as in expected_list
  ip_to VARCHAR,
  agent VARCHAR,                   -- glob with *, in any case of letters
  actor VARCHAR,                   -- glob with *, in any case of letters
  decision VARCHAR NOT NULL,       -- benign, confirmed, needs-work; open: undone
  note VARCHAR NOT NULL,           -- why; may be '' only where it is open
  author VARCHAR NOT NULL,
  decided_at TIMESTAMP NOT NULL,
  seen VARCHAR NOT NULL            -- JSON: the findings as they were then; [] for a use
);
