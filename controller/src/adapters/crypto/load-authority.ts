import type { AuthorityRecords } from '../../ports/records.ts';
import type { Secrets, Vault } from '../../ports/secrets.ts';
import { type AuthorityKeys, createAuthorityKeys } from './x509-authority.ts';

const purpose = 'certificate-authority';

export interface LoadAuthority {
  readonly records: AuthorityRecords;
  readonly vault: Vault;
  readonly secrets: Secrets;
  readonly nowMs: number;
}

/** The CA of this installation: made on the first start, its key kept sealed. */
export async function loadAuthorityKeys(options: LoadAuthority): Promise<AuthorityKeys> {
  const { records, vault } = options;
  const stored = (await records.get()) ?? (await createStored(options));
  return {
    certificatePem: stored.certificatePem,
    privateKey: vault.open(stored.sealedPrivateKey, purpose),
  };
}

async function createStored({ records, vault, secrets, nowMs }: LoadAuthority) {
  const { certificatePem, privateKey } = await createAuthorityKeys(nowMs);
  return records.insertOrGet({
    id: secrets.uuid(),
    certificatePem,
    sealedPrivateKey: vault.seal(privateKey, purpose),
  });
}
