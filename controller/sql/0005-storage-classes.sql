-- Classes that S3 has beside Azure's. shared/src/storage-class.
ALTER TABLE object_storages
  DROP CONSTRAINT object_storages_storage_class_check,
  ADD CONSTRAINT object_storages_storage_class_check CHECK (storage_class IN
    ('hot', 'intelligent', 'cool', 'one-zone', 'cold', 'archive', 'deep-archive'));
