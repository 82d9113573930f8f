-- The record of everything. Times are set by this database's clock, never by
-- a program's. Columns called sealed_* hold AES-256-GCM under the master key.
-- position orders pages of lists. Rows with deleted_at are history: sessions and
-- restore points still name them; their secrets are wiped.

CREATE TABLE certificate_authorities (
  id uuid PRIMARY KEY,
  certificate_pem text NOT NULL,
  sealed_private_key bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- At most one: two controllers that start at once agree on it.
CREATE UNIQUE INDEX certificate_authorities_one ON certificate_authorities ((true));

CREATE TABLE api_tokens (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL UNIQUE,
  scope text NOT NULL CHECK (scope IN ('read', 'operate', 'admin')),
  secret_hash bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  last_used_at timestamptz
);

CREATE TABLE organizations (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL,
  tenant_id text NOT NULL,
  client_id uuid NOT NULL,
  certificate_pem text NOT NULL,
  certificate_expires_at timestamptz NOT NULL,
  sealed_private_key bytea NOT NULL,
  graph_url text NOT NULL,
  login_url text NOT NULL,
  ca_pem text,
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE UNIQUE INDEX organizations_name ON organizations (name) WHERE deleted_at IS NULL;

CREATE TABLE object_storages (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL,
  provider text NOT NULL CHECK (provider IN ('azure-blob', 'folder')),
  endpoint text,
  account_name text,
  sealed_account_key bytea,
  container text NOT NULL,
  folder text NOT NULL,
  storage_class text NOT NULL CHECK (storage_class IN ('hot', 'cool', 'cold', 'archive')),
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE UNIQUE INDEX object_storages_name ON object_storages (name) WHERE deleted_at IS NULL;

-- Proxy agents and archiver appliances: whoever dials with a certificate.
CREATE TABLE workers (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind text NOT NULL CHECK (kind IN ('proxy', 'appliance')),
  name text NOT NULL,
  version text,
  -- Of the newest process: it alone may own the worker's repositories.
  incarnation text,
  past_incarnations text[] NOT NULL DEFAULT '{}',
  link_epoch bigint NOT NULL DEFAULT 0,
  last_seen_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX workers_name ON workers (name) WHERE revoked_at IS NULL;

CREATE TABLE worker_certificates (
  serial_number text PRIMARY KEY,
  worker_id uuid NOT NULL REFERENCES workers (id),
  public_key_hash bytea NOT NULL,
  certificate_pem text NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX worker_certificates_worker ON worker_certificates (worker_id);

CREATE TABLE enrollment_tokens (
  token_hash bytea PRIMARY KEY,
  worker_kind text NOT NULL CHECK (worker_kind IN ('proxy', 'appliance')),
  worker_name text NOT NULL,
  worker_id uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  used_public_key_hash bytea,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE repositories (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL,
  proxy_id uuid NOT NULL REFERENCES workers (id),
  object_storage_id uuid NOT NULL REFERENCES object_storages (id),
  state text NOT NULL CHECK (state IN ('initializing', 'ready', 'failed')),
  encrypted boolean NOT NULL,
  -- {type, keepFor?: {count, unit}, keepLast?}. The type never changes.
  retention jsonb NOT NULL,
  -- The bytes of the header that counts: passwords wrap the root key in it.
  header bytea NOT NULL,
  sealed_root_key bytea NOT NULL,
  -- Of a key epoch that is about to begin.
  sealed_next_root_key bytea,
  -- Newest log entry that an agent reported: a log that was cut off is found.
  log_head bigint,
  log_digest bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE UNIQUE INDEX repositories_name ON repositories (name) WHERE deleted_at IS NULL;

CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL,
  organization_id uuid NOT NULL REFERENCES organizations (id),
  repository_id uuid NOT NULL REFERENCES repositories (id),
  scope jsonb NOT NULL,
  objects jsonb NOT NULL,
  -- null: the repository's.
  retention jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE UNIQUE INDEX jobs_name ON jobs (name) WHERE deleted_at IS NULL;

CREATE TABLE copy_jobs (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL,
  job_id uuid NOT NULL REFERENCES jobs (id),
  repository_id uuid NOT NULL REFERENCES repositories (id),
  pack_size_mib integer NOT NULL CHECK (pack_size_mib > 0),
  repack_by text NOT NULL CHECK (repack_by IN ('proxy', 'appliance')),
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE UNIQUE INDEX copy_jobs_name ON copy_jobs (name) WHERE deleted_at IS NULL;

CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind text NOT NULL CHECK (kind IN
    ('initialize', 'backup', 'copy', 'retrieval', 'remove-retrieval', 'restore', 'check',
     'repair', 'retention', 'change-keys', 'erase')),
  state text NOT NULL CHECK (state IN
    ('queued', 'assigned', 'running', 'lost', 'stopping', 'success', 'warning', 'failed', 'stopped')),
  attempt integer NOT NULL DEFAULT 0,
  proxy_id uuid NOT NULL REFERENCES workers (id),
  repository_id uuid NOT NULL REFERENCES repositories (id),
  organization_id uuid REFERENCES organizations (id),
  job_id uuid REFERENCES jobs (id),
  copy_job_id uuid REFERENCES copy_jobs (id),
  restore_point_id uuid,
  retrieval_id uuid,
  -- What only this kind of session needs: domain/session.ts, SessionDetails.
  details jsonb NOT NULL,
  counts jsonb,
  problem jsonb,
  -- Of a retention session: what it did, or would do.
  retention jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  assigned_at timestamptz,
  started_at timestamptz,
  lease_until timestamptz,
  lost_at timestamptz,
  ended_at timestamptz
);
CREATE INDEX sessions_open ON sessions (proxy_id)
  WHERE state IN ('queued', 'assigned', 'running', 'lost', 'stopping');
CREATE UNIQUE INDEX sessions_one_open_per_job ON sessions (job_id)
  WHERE kind = 'backup' AND state IN ('queued', 'assigned', 'running', 'lost', 'stopping');
CREATE UNIQUE INDEX sessions_one_open_per_copy_job ON sessions (copy_job_id)
  WHERE kind = 'copy' AND state IN ('queued', 'assigned', 'running', 'lost', 'stopping');
CREATE UNIQUE INDEX sessions_one_open_per_retrieval ON sessions (retrieval_id)
  WHERE kind IN ('retrieval', 'remove-retrieval')
    AND state IN ('queued', 'assigned', 'running', 'lost', 'stopping');
CREATE UNIQUE INDEX sessions_one_open_key_change ON sessions (repository_id)
  WHERE kind = 'change-keys' AND state IN ('queued', 'assigned', 'running', 'lost', 'stopping');
CREATE UNIQUE INDEX sessions_one_open_retention ON sessions (repository_id)
  WHERE kind = 'retention' AND state IN ('queued', 'assigned', 'running', 'lost', 'stopping');

-- All events of a worker's attempt up to this sequence are stored.
CREATE TABLE session_event_cursors (
  session_id uuid NOT NULL REFERENCES sessions (id),
  worker_id uuid NOT NULL REFERENCES workers (id),
  attempt integer NOT NULL,
  up_to bigint NOT NULL,
  PRIMARY KEY (session_id, worker_id, attempt)
);

CREATE TABLE session_objects (
  session_id uuid NOT NULL REFERENCES sessions (id),
  object_id text NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  attempt integer NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  user_name text NOT NULL,
  status text NOT NULL CHECK (status IN ('success', 'warning', 'failed', 'unchanged')),
  mode text,
  counts jsonb NOT NULL,
  failed_items jsonb NOT NULL,
  problem jsonb,
  PRIMARY KEY (session_id, object_id)
);

CREATE TABLE session_log (
  session_id uuid NOT NULL REFERENCES sessions (id),
  number bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  level text NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  message text NOT NULL,
  PRIMARY KEY (session_id, number)
);

CREATE TABLE check_findings (
  session_id uuid NOT NULL REFERENCES sessions (id),
  number bigint GENERATED ALWAYS AS IDENTITY,
  severity text NOT NULL CHECK (severity IN ('error', 'warning', 'note')),
  blob text,
  object_id text,
  items jsonb NOT NULL,
  points jsonb NOT NULL,
  problem jsonb,
  PRIMARY KEY (session_id, number)
);

CREATE TABLE restore_points (
  id uuid PRIMARY KEY REFERENCES sessions (id),
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  job_id uuid REFERENCES jobs (id),
  copy_job_id uuid REFERENCES copy_jobs (id),
  organization_id uuid NOT NULL REFERENCES organizations (id),
  repository_id uuid NOT NULL REFERENCES repositories (id),
  created_at timestamptz NOT NULL,
  objects integer NOT NULL,
  partial boolean NOT NULL,
  complete boolean NOT NULL
);
CREATE INDEX restore_points_job ON restore_points (job_id, position);

CREATE TABLE retrievals (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  restore_point_id uuid NOT NULL REFERENCES restore_points (id),
  copy_job_id uuid REFERENCES copy_jobs (id),
  repository_id uuid NOT NULL REFERENCES repositories (id),
  session_id uuid NOT NULL REFERENCES sessions (id),
  state text NOT NULL CHECK (state IN
    ('retrieving', 'retrieved', 'removing', 'expired', 'failed')),
  objects jsonb NOT NULL,
  priority text NOT NULL CHECK (priority IN ('standard', 'high')),
  availability_seconds integer NOT NULL CHECK (availability_seconds > 0),
  available_until timestamptz,
  packs_total integer NOT NULL DEFAULT 0,
  packs_ready integer NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- The intent row is written before the appliance is started, so that a crash
-- between the two leaves something to clean up by.
CREATE TABLE appliances (
  worker_id uuid PRIMARY KEY REFERENCES workers (id),
  session_id uuid NOT NULL REFERENCES sessions (id),
  attempt integer NOT NULL,
  state text NOT NULL CHECK (state IN ('intended', 'launched', 'working', 'ended')),
  handle text,
  hard_deadline timestamptz NOT NULL,
  -- It did all that the owner had for it.
  succeeded boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
CREATE INDEX appliances_live ON appliances (session_id) WHERE state <> 'ended';

CREATE TABLE idempotency_keys (
  token_id uuid NOT NULL,
  operation text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status integer,
  response jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (token_id, operation, key)
);
