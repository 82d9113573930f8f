import { Type } from 'typebox';
import type { Route } from '../route.ts';
import { closed, Id, PageQuery } from '../schemas/fields.ts';
import {
  FindingPage,
  LogPage,
  Session,
  SessionObjectPage,
  SessionObjectQuery,
  SessionPage,
  SessionQuery,
} from '../schemas/session.ts';
import { SessionEvent } from '../schemas/session-event.ts';
import { Health, Token, TokenCreate, TokenCreated, TokenPage } from '../schemas/token.ts';

const sessionParams = closed({ session: Id });

export const sessionRoutes = {
  listSessions: {
    method: 'GET',
    path: '/sessions',
    tag: 'Sessions',
    summary: 'List sessions, newest first',
    scope: 'read',
    query: SessionQuery,
    success: { status: 200, body: SessionPage },
  },
  getSession: {
    method: 'GET',
    path: '/sessions/{session}',
    tag: 'Sessions',
    summary: 'Show a session with its statistics',
    scope: 'read',
    params: sessionParams,
    success: { status: 200, body: Session },
  },
  listSessionObjects: {
    method: 'GET',
    path: '/sessions/{session}/objects',
    tag: 'Sessions',
    summary: 'Results per protected object, with failed items',
    scope: 'read',
    params: sessionParams,
    query: SessionObjectQuery,
    success: { status: 200, body: SessionObjectPage },
  },
  listSessionLog: {
    method: 'GET',
    path: '/sessions/{session}/log',
    tag: 'Sessions',
    summary: 'The log of a session, oldest line first',
    scope: 'read',
    params: sessionParams,
    query: PageQuery,
    success: { status: 200, body: LogPage },
  },
  listSessionFindings: {
    method: 'GET',
    path: '/sessions/{session}/findings',
    tag: 'Sessions',
    summary: 'What a check session found',
    scope: 'read',
    params: sessionParams,
    query: PageQuery,
    success: { status: 200, body: FindingPage },
  },
  followSession: {
    method: 'GET',
    path: '/sessions/{session}/events',
    tag: 'Sessions',
    summary: 'Follow a session live: a snapshot, then ticks, log lines and state changes',
    scope: 'read',
    params: sessionParams,
    success: { status: 200, body: SessionEvent, contentType: 'text/event-stream' },
  },
  stopSession: {
    method: 'POST',
    path: '/sessions/{session}/stop',
    tag: 'Sessions',
    summary: 'Stop a session; what it stored stays',
    scope: 'operate',
    params: sessionParams,
    success: { status: 202, body: Session },
  },
} as const satisfies Record<string, Route>;

export const systemRoutes = {
  createToken: {
    method: 'POST',
    path: '/tokens',
    tag: 'API tokens',
    summary: 'Make an API token; the secret is shown once',
    scope: 'admin',
    body: TokenCreate,
    success: { status: 201, body: TokenCreated },
  },
  listTokens: {
    method: 'GET',
    path: '/tokens',
    tag: 'API tokens',
    summary: 'List API tokens',
    scope: 'admin',
    query: PageQuery,
    success: { status: 200, body: TokenPage },
  },
  getToken: {
    method: 'GET',
    path: '/tokens/{token}',
    tag: 'API tokens',
    summary: 'Show an API token',
    scope: 'admin',
    params: closed({ token: Id }),
    success: { status: 200, body: Token },
  },
  deleteToken: {
    method: 'DELETE',
    path: '/tokens/{token}',
    tag: 'API tokens',
    summary: 'Delete an API token: it stops working at once',
    scope: 'admin',
    params: closed({ token: Id }),
    success: { status: 204 },
  },
  health: {
    method: 'GET',
    path: '/health',
    tag: 'System',
    summary: 'Whether the controller serves',
    scope: 'public',
    success: { status: 200, body: Health },
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    tag: 'System',
    summary: 'This document',
    scope: 'public',
    success: { status: 200, body: Type.Record(Type.String(), Type.Unknown()) },
  },
} as const satisfies Record<string, Route>;
