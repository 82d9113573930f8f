-- When jobs run. A schedule has the id of its job or copy job, of which each has one.
CREATE TABLE schedules (
  id uuid PRIMARY KEY,
  job_id uuid UNIQUE REFERENCES jobs (id),
  copy_job_id uuid UNIQUE REFERENCES copy_jobs (id),
  -- domain/schedule/schedule.ts
  schedule jsonb NOT NULL,
  -- Disabled, or of a deleted job: it has no next instant.
  enabled boolean NOT NULL DEFAULT true,
  next_at timestamptz,
  -- When to try again what the session retry_of failed to do.
  retry_at timestamptz,
  retry_of uuid REFERENCES sessions (id),
  CHECK (coalesce(job_id, copy_job_id) = id AND num_nonnulls(job_id, copy_job_id) = 1),
  CHECK (enabled OR (next_at IS NULL AND retry_at IS NULL))
);
CREATE INDEX schedules_next ON schedules (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX schedules_retry ON schedules (retry_at) WHERE retry_at IS NOT NULL;

-- The primary key is what makes a slot run at most once, with any number of controllers.
CREATE TABLE schedule_slots (
  schedule_id uuid NOT NULL REFERENCES schedules (id),
  slot text NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  at timestamptz NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('waiting', 'started', 'skipped-overlap',
    'skipped-window', 'nothing-new', 'missed', 'refused')),
  reason text,
  missed integer,
  session_id uuid REFERENCES sessions (id),
  -- The point that waits to be copied.
  restore_point_id uuid REFERENCES restore_points (id),
  decided_at timestamptz,
  PRIMARY KEY (schedule_id, slot),
  CHECK ((outcome = 'waiting') = (decided_at IS NULL)),
  CHECK (outcome <> 'started' OR session_id IS NOT NULL)
);
CREATE INDEX schedule_slots_waiting ON schedule_slots (schedule_id) WHERE outcome = 'waiting';
CREATE INDEX schedule_slots_session ON schedule_slots (session_id);

INSERT INTO schedules (id, job_id, schedule, enabled)
  SELECT id, id, '{"kind": "manual", "timeZone": "UTC"}', deleted_at IS NULL FROM jobs;
INSERT INTO schedules (id, copy_job_id, schedule, enabled)
  SELECT id, id, '{"kind": "manual", "timeZone": "UTC"}', deleted_at IS NULL FROM copy_jobs;

-- A session that tries again what another did not do: that one, and which try it is.
ALTER TABLE sessions
  ADD COLUMN retry_of uuid REFERENCES sessions (id),
  ADD COLUMN retry_number integer NOT NULL DEFAULT 0 CHECK ((retry_number > 0) = (retry_of IS NOT NULL));
