import type { AppRegistration, AppRegistry } from '../../domain/app-registration.ts';
import type { AccessTokens } from '../../ports/access-tokens.ts';
import type { AssertionProblem, ClientAssertions } from '../../ports/client-assertions.ts';
import type { Clock } from '../../ports/clock.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { PlainCall } from '../core/graph-call.ts';
import { AadstsError, aadstsResponse } from './aadsts-error.ts';

/** What the identity endpoints need. */
export interface IdentityParts {
  readonly clock: Clock;
  readonly tokens: AccessTokens;
  readonly assertions: ClientAssertions;
  readonly apps: AppRegistry;
  readonly tenantId: string;
  /** Verified domain names that may stand for the tenant id. */
  readonly domains: readonly string[];
}

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const GRAPH_SCOPE = 'https://graph.microsoft.com/.default';
const GRAPH_AUDIENCE = 'https://graph.microsoft.com';
const FORM_LIMIT_BYTES = 64 * 1024;

/** `POST /{tenant}/oauth2/v2.0/token`, client credentials only (there are no people to sign in). */
export async function answerToken(call: PlainCall, parts: IdentityParts): Promise<ApiResponse> {
  try {
    return await issueToken(call, parts);
  } catch (error) {
    if (!(error instanceof AadstsError)) throw error;
    const correlationId =
      call.headers.get('client-request-id') ??
      call.query.get('client-request-id') ??
      call.requestId;
    const nowMs = parts.clock.nowMs();
    return aadstsResponse(error, { requestId: call.requestId, correlationId, nowMs });
  }
}

async function issueToken(call: PlainCall, parts: IdentityParts): Promise<ApiResponse> {
  checkTenant(call.param('tenant'), parts);
  const form = await readForm(call);
  const app = findApp(required(form, 'client_id'), parts);
  checkGrant(form);
  await authenticateClient(call, form, { app, parts });
  const issued = await parts.tokens.issue({ appId: app.appId, roles: app.roles }, GRAPH_AUDIENCE);
  return ok(
    {
      token_type: 'Bearer',
      expires_in: issued.expiresInSeconds,
      ext_expires_in: issued.expiresInSeconds,
      access_token: issued.token,
    },
    { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' },
  );
}

function checkTenant(tenant: string, { tenantId, domains }: IdentityParts): void {
  const wanted = tenant.toLowerCase();
  if (wanted === tenantId || domains.includes(wanted)) return;
  throw new AadstsError({
    status: 400,
    error: 'invalid_request',
    code: 90002,
    message: `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  });
}

async function readForm(call: PlainCall): Promise<URLSearchParams> {
  const type = call.headers.get('content-type') ?? '';
  if (!type.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    throw new AadstsError({
      status: 400,
      error: 'invalid_request',
      code: 900144,
      message: "The request body must contain the following parameter: 'grant_type'.",
    });
  }
  return new URLSearchParams(new TextDecoder().decode(await call.body.bytes(FORM_LIMIT_BYTES)));
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value) return value;
  throw new AadstsError({
    status: 400,
    error: 'invalid_request',
    code: 900144,
    message: `The request body must contain the following parameter: '${name}'.`,
  });
}

function findApp(clientId: string, parts: IdentityParts): AppRegistration {
  const app = parts.apps.find(clientId);
  if (app) return app;
  throw new AadstsError({
    status: 400,
    error: 'unauthorized_client',
    code: 700016,
    message: `Application with identifier '${clientId}' was not found in the directory '${parts.tenantId}'.`,
  });
}

function checkGrant(form: URLSearchParams): void {
  const grant = required(form, 'grant_type');
  if (grant !== 'client_credentials') {
    throw new AadstsError({
      status: 400,
      error: 'unsupported_grant_type',
      code: 70003,
      message: `The app requested an unsupported grant type '${grant}'.`,
    });
  }
  const scopes = required(form, 'scope').split(/\s+/);
  const resources = scopes.filter((scope) => !OIDC_SCOPES.has(scope));
  const [scope = ''] = resources;
  if (!scope.endsWith('/.default') || resources.length !== 1) {
    throw new AadstsError({
      status: 400,
      error: 'invalid_scope',
      code: 1002012,
      message: `The provided value for scope ${scopes.join(' ')} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    });
  }
  if (scope !== GRAPH_SCOPE && scope !== GRAPH_SCOPE.replace('.com/', '.com//')) {
    throw new AadstsError({
      status: 400,
      error: 'invalid_resource',
      code: 500011,
      message: `The resource principal named ${scope.slice(0, -9)} was not found in the tenant.`,
    });
  }
}

/** Some libraries add these; they mean nothing without a user. */
const OIDC_SCOPES = new Set(['openid', 'profile', 'offline_access']);

async function authenticateClient(
  call: PlainCall,
  form: URLSearchParams,
  { app, parts }: { app: AppRegistration; parts: IdentityParts },
): Promise<void> {
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret');
  if (assertion !== null) {
    if (form.get('client_assertion_type') !== JWT_BEARER) throw refused(AADSTS.malformed);
    const tenant = call.param('tenant');
    const problem = await parts.assertions.verify(assertion, {
      clientId: app.appId,
      certificates: app.certificates,
      audiences: [...new Set([tenant, parts.tenantId])].flatMap((id) => [
        `${call.origin}/${id}/oauth2/v2.0/token`,
        `${call.origin}/${id}/v2.0`,
      ]),
      nowMs: parts.clock.nowMs(),
    });
    if (problem) throw refused(AADSTS[problem]);
  } else if (secret === null) {
    throw refused([
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ]);
  } else if (!app.secrets.includes(secret)) {
    throw refused([
      7000215,
      'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
    ]);
  }
}

const AADSTS: Readonly<Record<AssertionProblem, readonly [number, string]>> = {
  malformed: [50027, 'JWT token is invalid or malformed.'],
  'unknown-certificate': [
    700027,
    'The certificate with identifier used to sign the client assertion is not registered on application.',
  ],
  signature: [700027, 'Client assertion failed signature validation.'],
  audience: [700023, 'Client assertion audience claim does not match Realm issuer.'],
  issuer: [700021, "Client assertion application identifier doesn't match 'client_id' parameter."],
  lifetime: [700024, 'Client assertion is not within its valid time range.'],
  replayed: [700027, 'Client assertion was used before.'],
};

function refused([code, message]: readonly [number, string]): AadstsError {
  return new AadstsError({ status: 401, error: 'invalid_client', code, message });
}
