import type { Organization } from '../../domain/resources.ts';
import type { AppContext } from '../context.ts';
import { assertUnused, found } from './found.ts';

export interface CreateOrganization {
  readonly name: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly graphUrl?: string;
  readonly loginUrl?: string;
  readonly caPem?: string;
}

const graphUrl = 'https://graph.microsoft.com';
const loginUrl = 'https://login.microsoftonline.com';

/** E_NAME_TAKEN; E_REQUEST_INVALID when certificate and key do not belong together. */
export async function createOrganization(
  context: AppContext,
  input: CreateOrganization,
): Promise<Organization> {
  const { database, secrets, vault, certificateReader } = context;
  const { privateKeyPem, ...rest } = input;
  const { expiresAt } = certificateReader.readPair(input);
  const id = secrets.uuid();
  return database.organizations.insert({
    graphUrl,
    loginUrl,
    caPem: null,
    ...rest,
    id,
    certificateExpiresAt: expiresAt,
    sealedPrivateKey: vault.seal(new TextEncoder().encode(privateKeyPem), organizationPurpose(id)),
  });
}

export function organizationPurpose(id: string): string {
  return `organization:${id}`;
}

/** E_NOT_FOUND */
export async function findOrganization(context: AppContext, key: string): Promise<Organization> {
  return found('organization', key, await context.database.organizations.find(key));
}

/** E_IN_USE while jobs need it. */
export async function deleteOrganization(context: AppContext, key: string): Promise<void> {
  await context.database.transaction(async ({ organizations }) => {
    const { id, name } = found('organization', key, await organizations.find(key));
    assertUnused('organization', name, await organizations.usersOf(id));
    await organizations.remove(id);
  });
}
