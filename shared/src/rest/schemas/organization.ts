import { type Static, Type } from 'typebox';
import { closed, HttpsUrl, Id, Name, open, Pem, pageOf, Timestamp } from './fields.ts';

const TenantId = Type.String({ minLength: 1, maxLength: 200, pattern: '^[A-Za-z0-9.-]+$' });

/** A Microsoft 365 organization, reached by an app registration with a certificate. */
export const Organization = open('Organization', {
  id: Id,
  name: Name,
  tenantId: TenantId,
  clientId: Id,
  certificatePem: Pem,
  certificateExpiresAt: Timestamp,
  graphUrl: HttpsUrl,
  loginUrl: HttpsUrl,
  caPem: Type.Optional(Pem),
  createdAt: Timestamp,
});
export type Organization = Static<typeof Organization>;
export const OrganizationPage = pageOf('OrganizationPage', Organization);

export const OrganizationCreate = closed(
  {
    name: Name,
    tenantId: TenantId,
    clientId: Id,
    certificatePem: Pem,
    privateKeyPem: Type.String({
      minLength: 1,
      maxLength: 65_536,
      pattern: '^-----BEGIN ',
      writeOnly: true,
      description: 'Key of the certificate, not encrypted; kept sealed, never given back',
    }),
    graphUrl: Type.Optional(HttpsUrl),
    loginUrl: Type.Optional(HttpsUrl),
    caPem: Type.Optional(Pem),
  },
  'OrganizationCreate',
);
export type OrganizationCreate = Static<typeof OrganizationCreate>;
