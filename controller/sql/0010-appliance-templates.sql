-- Where archiver appliances of copy jobs are started, and as what.
CREATE TABLE appliance_templates (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL,
  -- domain/appliance-settings.ts
  settings jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE UNIQUE INDEX appliance_templates_name ON appliance_templates (name) WHERE deleted_at IS NULL;

-- null: on the controller's own machine.
ALTER TABLE copy_jobs ADD COLUMN appliance_template_id uuid REFERENCES appliance_templates (id);
