-- Tests of object storages are sessions of a storage, not of a repository.
ALTER TABLE sessions
  ALTER COLUMN repository_id DROP NOT NULL,
  ADD COLUMN object_storage_id uuid REFERENCES object_storages (id),
  -- What the test found.
  ADD COLUMN storage_test jsonb,
  DROP CONSTRAINT sessions_kind_check,
  ADD CONSTRAINT sessions_kind_check CHECK (kind IN
    ('initialize', 'backup', 'copy', 'retrieval', 'remove-retrieval', 'restore', 'check',
     'repair', 'retention', 'change-keys', 'erase', 'storage-test')),
  ADD CONSTRAINT sessions_subject CHECK (CASE WHEN kind = 'storage-test'
    THEN object_storage_id IS NOT NULL AND repository_id IS NULL
    ELSE object_storage_id IS NULL AND repository_id IS NOT NULL END);
CREATE UNIQUE INDEX sessions_one_open_storage_test ON sessions (object_storage_id, proxy_id)
  WHERE kind = 'storage-test' AND state IN ('queued', 'assigned', 'running', 'lost', 'stopping');
