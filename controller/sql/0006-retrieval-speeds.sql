-- Named as storages do that have three of them.
ALTER TABLE retrievals RENAME COLUMN priority TO speed;
ALTER TABLE retrievals DROP CONSTRAINT retrievals_priority_check;
UPDATE retrievals SET speed = 'expedited' WHERE speed = 'high';
ALTER TABLE retrievals
  ADD CONSTRAINT retrievals_speed_check CHECK (speed IN ('expedited', 'standard', 'bulk'));
