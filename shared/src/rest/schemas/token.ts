import { type Static, Type } from 'typebox';
import { closed, Id, Name, open, pageOf, Timestamp } from './fields.ts';

/**
 * Each scope includes those before it: explore and restore as the Restore Portal does, read, then
 * start and stop work, then everything.
 */
export const TokenScope = Type.Enum(['portal', 'read', 'operate', 'admin'], {
  title: 'TokenScope',
});
export type TokenScope = Static<typeof TokenScope>;

export const Token = open('Token', {
  id: Id,
  name: Name,
  scope: TokenScope,
  createdAt: Timestamp,
  expiresAt: Type.Optional(Timestamp),
  lastUsedAt: Type.Optional(Timestamp),
});
export type Token = Static<typeof Token>;
export const TokenPage = pageOf('TokenPage', Token);

export const TokenCreate = closed(
  {
    name: Name,
    scope: TokenScope,
    expiresInDays: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3_650, description: 'Default 365' }),
    ),
  },
  'TokenCreate',
);
export type TokenCreate = Static<typeof TokenCreate>;

export const TokenCreated = open('TokenCreated', {
  token: Token,
  secret: Type.String({ description: 'firn_<id>_<secret>: shown once, kept as a hash' }),
});
export type TokenCreated = Static<typeof TokenCreated>;

export const Health = open('Health', {
  status: Type.Literal('ok'),
  version: Type.String(),
});
export type Health = Static<typeof Health>;
