-- What the first run of a copy job copies: the newest point alone, or each that is there.
ALTER TABLE copy_jobs
  ADD COLUMN seed text NOT NULL DEFAULT 'latest' CHECK (seed IN ('latest', 'all'));
CREATE INDEX sessions_copies ON sessions (copy_job_id) WHERE kind = 'copy';
