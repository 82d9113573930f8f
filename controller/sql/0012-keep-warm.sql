-- An appliance whose work is done may wait for the next session, if its template says so:
-- domain/warm-appliance.ts has the rule. 0: it ends with its work.
ALTER TABLE appliance_templates
  ADD COLUMN keep_warm_minutes integer NOT NULL DEFAULT 0
    CHECK (keep_warm_minutes BETWEEN 0 AND 240);

ALTER TABLE appliances
  -- What it was launched for, which never changes.
  ADD COLUMN template_id uuid REFERENCES appliance_templates (id),
  ADD COLUMN organization_id uuid REFERENCES organizations (id),
  -- When it was given its session: at its launch, and again each time it was warm.
  ADD COLUMN assigned_at timestamptz,
  -- Set with its last task: until then it may be given another session.
  ADD COLUMN warm_until timestamptz,
  -- It holds nothing of its session any more, and waits.
  ADD COLUMN freed_at timestamptz;
UPDATE appliances SET assigned_at = created_at;
ALTER TABLE appliances
  ALTER COLUMN assigned_at SET NOT NULL,
  ALTER COLUMN assigned_at SET DEFAULT now(),
  DROP CONSTRAINT appliances_state_check,
  ADD CONSTRAINT appliances_state_check
    CHECK (state IN ('intended', 'launched', 'working', 'warm', 'ended'));
