import { type ApiResponse, ok } from '../core/api-message.ts';
import type { PlainCall, PlainRoute } from '../core/graph-call.ts';
import { answerToken, type IdentityParts } from './token-endpoint.ts';

/** The identity platform of the tenant: discovery, keys and the token endpoint. */
export function identityRoutes(
  parts: IdentityParts & { readonly jwks: () => Promise<unknown> },
): readonly PlainRoute[] {
  const discovery = (call: PlainCall): ApiResponse => ok(describe(call, parts.tenantId));
  return [
    {
      method: 'GET',
      pattern: '/{tenant}/v2.0/.well-known/openid-configuration',
      handle: discovery,
    },
    { method: 'GET', pattern: '/{tenant}/.well-known/openid-configuration', handle: discovery },
    { method: 'GET', pattern: '/common/discovery/instance', handle: describeInstance },
    {
      method: 'GET',
      pattern: '/{tenant}/discovery/v2.0/keys',
      handle: async () => ok(await parts.jwks()),
    },
    {
      method: 'POST',
      pattern: '/{tenant}/oauth2/v2.0/token',
      handle: (call) => answerToken(call, parts),
    },
  ];
}

function describe(call: PlainCall, tenantId: string): Readonly<Record<string, unknown>> {
  const stem = `${call.origin}/${call.param('tenant')}`;
  return {
    token_endpoint: `${stem}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    jwks_uri: `${stem}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${call.origin}/${tenantId}/v2.0`,
    authorization_endpoint: `${stem}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${stem}/oauth2/v2.0/logout`,
    tenant_region_scope: 'EU',
    cloud_instance_name: 'microsoftonline.com',
    msgraph_host: 'graph.microsoft.com',
  };
}

function describeInstance(call: PlainCall): ApiResponse {
  const host = new URL(call.origin).host;
  const wanted = call.query.get('authorization_endpoint') ?? '';
  const tenant = /^https:\/\/[^/]+\/([^/]+)\//.exec(wanted)?.[1] ?? 'common';
  return ok({
    tenant_discovery_endpoint: `${call.origin}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  });
}
