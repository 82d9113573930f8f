-- S3 beside Azure. account_name and sealed_account_key hold the access key id and
-- the secret access key there; s3 holds region, pathStyle and caPem.
ALTER TABLE object_storages
  DROP CONSTRAINT object_storages_provider_check,
  ADD CONSTRAINT object_storages_provider_check
    CHECK (provider IN ('azure-blob', 's3', 'folder')),
  ADD COLUMN s3 jsonb,
  ADD CONSTRAINT object_storages_s3 CHECK ((provider = 's3') = (s3 IS NOT NULL));

-- {mode, days}: what is put is locked by the storage. Never changes.
ALTER TABLE repositories ADD COLUMN immutability jsonb;
