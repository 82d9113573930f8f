-- An intent says where and what exactly is about to be asked, before it is: whoever
-- sends it again sends the same bytes. Ended only when the cloud shows nothing of it.
ALTER TABLE appliances
  -- domain/appliance-settings.ts, as it was.
  ADD COLUMN settings jsonb NOT NULL DEFAULT '{"launcher": "process"}',
  -- It holds the join string.
  ADD COLUMN sealed_request bytea NOT NULL DEFAULT '',
  ADD COLUMN choice text NOT NULL DEFAULT '',
  -- null: the price is not known.
  ADD COLUMN dollars_per_hour double precision,
  -- Of the newest launch call.
  ADD COLUMN sent_at timestamptz,
  -- Its first Hello: until then nobody knows whether the program runs.
  ADD COLUMN hello_at timestamptz,
  -- From now on it is being ended, whatever comes; and why.
  ADD COLUMN ending_at timestamptz,
  ADD COLUMN end_reason text,
  -- The cloud had no room for this choice: no failure of the appliance.
  ADD COLUMN refused boolean NOT NULL DEFAULT false;
UPDATE appliances SET sent_at = created_at, hello_at = created_at;
UPDATE appliances SET ending_at = ended_at WHERE state = 'ended';
CREATE INDEX appliances_created ON appliances (created_at);

-- As many appliances share one session at most.
ALTER TABLE copy_jobs
  ADD COLUMN appliances_max integer NOT NULL DEFAULT 1 CHECK (appliances_max > 0);
