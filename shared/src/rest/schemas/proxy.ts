import { type Static, Type } from 'typebox';
import { closed, Id, Name, open, Pem, pageOf, Timestamp } from './fields.ts';

/** A proxy agent that enrolled. It owns the repositories that are placed on it. */
export const ProxyAgent = open('Proxy', {
  id: Id,
  name: Name,
  connected: Type.Boolean(),
  version: Type.Optional(Type.String()),
  lastSeenAt: Type.Optional(Timestamp),
  certificateExpiresAt: Type.Optional(Timestamp),
  createdAt: Timestamp,
});
export type ProxyAgent = Static<typeof ProxyAgent>;
export const ProxyPage = pageOf('ProxyPage', ProxyAgent);

export const EnrollmentTokenCreate = closed({ name: Name }, 'EnrollmentTokenCreate');
export type EnrollmentTokenCreate = Static<typeof EnrollmentTokenCreate>;

/** Shown once. The agent is started with the join string. */
export const EnrollmentToken = open('EnrollmentToken', {
  name: Name,
  joinString: Type.String({ description: 'Controller URL, pin of its CA, one-time token' }),
  expiresAt: Timestamp,
});
export type EnrollmentToken = Static<typeof EnrollmentToken>;

export const EnrollRequest = closed(
  {
    token: Type.String({ minLength: 1, maxLength: 200, writeOnly: true }),
    csr: Type.String({
      minLength: 1,
      maxLength: 8_192,
      pattern: '^[A-Za-z0-9+/]+={0,2}$',
      description: 'PKCS#10, DER, base64. Only its public key (EC P-256) is used',
    }),
  },
  'EnrollRequest',
);
export type EnrollRequest = Static<typeof EnrollRequest>;

export const EnrollResponse = open('EnrollResponse', {
  workerId: Id,
  certificatePem: Pem,
  caPem: Pem,
  linkAddress: Type.String({ description: 'host:port of the link' }),
  natsUrl: Type.Optional(
    Type.String({ description: 'For appliances: where they tell of their progress' }),
  ),
});
export type EnrollResponse = Static<typeof EnrollResponse>;
