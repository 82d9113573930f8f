-- Retention has expired it: it is in no list any more. Its row stays, since
-- sessions and retrievals refer to it.
ALTER TABLE restore_points ADD COLUMN expired boolean NOT NULL DEFAULT false;
