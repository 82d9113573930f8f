-- Retrievals are planned first, extended, cancelled. shared/src/rest/schemas/retrieval.ts
ALTER TABLE retrievals
  DROP CONSTRAINT retrievals_state_check,
  ADD CONSTRAINT retrievals_state_check CHECK (state IN
    ('planning', 'planned', 'retrieving', 'retrieved', 'extending', 'removing', 'expired',
     'failed', 'cancelled')),
  -- Chosen when it is started.
  ALTER COLUMN speed DROP NOT NULL,
  -- What it needs, and what that costs by speed: domain/retrieval-plan.ts.
  ADD COLUMN plan jsonb,
  -- What it may cost: {perPack, perByte, priceMax, currency}. Null: nobody said.
  ADD COLUMN price_limit jsonb,
  ADD COLUMN cancelled boolean NOT NULL DEFAULT false,
  -- So long before its end a notice is given; null: none.
  ADD COLUMN notice_hours integer CHECK (notice_hours > 0),
  -- The end that was given notice of.
  ADD COLUMN noticed_until timestamptz;

CREATE TABLE retrieval_packs (
  retrieval_id uuid NOT NULL REFERENCES retrievals (id),
  pack text NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  bytes bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('retrieving', 'retrieved', 'missing', 'expired')),
  PRIMARY KEY (retrieval_id, pack)
);

-- What was retrieved is a restore point of its own. Its id is that of the session that thaws;
-- the repository knows it as the one that it was retrieved from.
ALTER TABLE restore_points
  ADD COLUMN retrieval_id uuid REFERENCES retrievals (id),
  ADD COLUMN retrieved_from uuid REFERENCES restore_points (id),
  ADD CONSTRAINT restore_points_retrieved
    CHECK ((retrieval_id IS NULL) = (retrieved_from IS NULL));

-- Tokens of a Restore Portal: they see no retrieved data.
ALTER TABLE api_tokens
  DROP CONSTRAINT api_tokens_scope_check,
  ADD CONSTRAINT api_tokens_scope_check CHECK (scope IN ('portal', 'read', 'operate', 'admin'));
