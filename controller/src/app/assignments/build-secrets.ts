import type {
  OrganizationCredential,
  RepositoryKey,
  RepositoryRef,
  SecretBundle,
  StorageCredential,
  StorageRef,
  Work,
} from '@firn/shared/gen/firn/link/v1/work';
import type { AppContext } from '../context.ts';
import { found } from '../resources/found.ts';
import { openAccount } from '../resources/object-storages.ts';
import { organizationPurpose } from '../resources/organizations.ts';
import { repositoryPurpose } from '../resources/repositories.ts';

export type Access = 'read' | 'write';

/** What the work needs and nothing else: short-lived, to be sealed to one certificate. */
export async function buildSecrets(context: AppContext, { work }: Work): Promise<SecretBundle> {
  if (work === undefined) return emptyBundle;
  if (work.$case === 'repack') {
    const { source, target } = work.value;
    return { ...emptyBundle, storages: await repackCredentials(context, source, target) };
  }
  if (work.$case === 'storageTest') {
    const { storageId = '' } = work.value.storage ?? {};
    const credential = await mintCredential(context, storageId, 'write');
    return { ...emptyBundle, storages: credential === undefined ? [] : [credential] };
  }
  const repositories =
    work.$case === 'copy' ? [work.value.source, work.value.target] : [work.value.repository];
  const bundle = await repositorySecrets(context, repositories);
  // The header is written as it is: its key is of no use there.
  if (work.$case === 'initializeRepository') return { ...bundle, repositories: [] };
  const needsOrganization = work.$case === 'backup' || work.$case === 'restore';
  const organizationId = needsOrganization ? work.value.organization?.organizationId : undefined;
  if (organizationId === undefined) return bundle;
  return { ...bundle, organization: await organizationCredential(context, organizationId) };
}

const emptyBundle: SecretBundle = { storages: [], repositories: [], organization: undefined };

/** Keys of the repositories and write access to their storages. */
export async function repositorySecrets(
  context: AppContext,
  refs: readonly (RepositoryRef | undefined)[],
): Promise<SecretBundle> {
  const present = refs.filter((ref) => ref !== undefined);
  const keys = await Promise.all(present.map((ref) => repositoryKey(context, ref.repositoryId)));
  const storageIds = new Set(present.flatMap(({ storage }) => storage?.storageId ?? []));
  const credentials = await Promise.all(
    [...storageIds].map((id) => mintCredential(context, id, 'write')),
  );
  return {
    storages: credentials.filter((credential) => credential !== undefined),
    repositories: keys,
    organization: undefined,
  };
}

async function repackCredentials(
  context: AppContext,
  source: StorageRef | undefined,
  target: StorageRef | undefined,
): Promise<StorageCredential[]> {
  const access = new Map<string, Access>();
  if (source !== undefined) access.set(source.storageId, 'read');
  if (target !== undefined) access.set(target.storageId, 'write');
  const credentials = await Promise.all(
    [...access].map(([id, rights]) => mintCredential(context, id, rights)),
  );
  return credentials.filter((credential) => credential !== undefined);
}

/** undefined: a folder needs no credential. */
export async function mintCredential(
  context: AppContext,
  storageId: string,
  access: Access,
): Promise<StorageCredential | undefined> {
  const { database, storageAccounts, settings } = context;
  const storage = found('object storage', storageId, await database.objectStorages.find(storageId));
  const account = openAccount(context, storage);
  if (account === undefined) return undefined;
  const minted = await storageAccounts.mint(account, access, settings.credentialLifeMs);
  return { storageId, ...minted };
}

async function repositoryKey(context: AppContext, id: string): Promise<RepositoryKey> {
  const { database, vault } = context;
  const repository = found('repository', id, await database.repositories.find(id));
  const rootKey = vault.open(repository.sealedRootKey, repositoryPurpose(id));
  const { sealedNextRootKey: next } = repository;
  const nextRootKey = next === null ? [] : vault.open(next, repositoryPurpose(id));
  return {
    repositoryId: id,
    rootKey: Buffer.from(rootKey),
    nextRootKey: Buffer.from(nextRootKey),
  };
}

async function organizationCredential(
  context: AppContext,
  id: string,
): Promise<OrganizationCredential> {
  const { database, vault } = context;
  const organization = found('organization', id, await database.organizations.find(id));
  const key = vault.open(organization.sealedPrivateKey, organizationPurpose(id));
  return {
    certificatePem: organization.certificatePem,
    privateKeyPem: new TextDecoder().decode(key),
  };
}
