import { X509Certificate } from 'node:crypto';
import { ConfidentialClientApplication, type INetworkModule, LogLevel } from '@azure/msal-node';
import { AppError } from '@firn/shared/errors/app-error';
import { type HttpSender, readText } from './http-sender.ts';
import { isRecord, parseJson, textAt } from './json-value.ts';

export interface AppCredential {
  readonly tenantId: string;
  readonly clientId: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface TokenSource {
  /** A bearer token with some life left. @param renew do not take the cached one */
  token(renew?: boolean): Promise<string>;
}

export interface AccessTokenOptions {
  readonly credential: AppCredential;
  readonly loginUrl: string;
  /** `https://graph.microsoft.com`: tokens are for this audience. */
  readonly audience: string;
  readonly sender: HttpSender;
}

/**
 * Tokens of the client credentials flow, signed for by certificate. MSAL keeps
 * them until 5 minutes before they expire. [Microsoft: v2-oauth2-client-creds-grant-flow]
 */
export function makeTokenSource(options: AccessTokenOptions): TokenSource {
  const application = makeApplication(options);
  const scopes = [`${options.audience}/.default`];
  return {
    token: async (renew = false) => {
      try {
        const result = await application.acquireTokenByClientCredential({
          scopes,
          skipCache: renew,
        });
        if (result !== null && result.accessToken !== '') return result.accessToken;
      } catch (cause) {
        throw signInError(cause);
      }
      throw new AppError('E_SOURCE_SIGN_IN_FAILED', 'the sign-in service gave no token');
    },
  };
}

function makeApplication(options: AccessTokenOptions): ConfidentialClientApplication {
  const { credential, loginUrl } = options;
  const authority = new URL(loginUrl);
  return new ConfidentialClientApplication({
    auth: {
      clientId: credential.clientId,
      authority: `${authority.origin}/${credential.tenantId}`,
      knownAuthorities: [authority.host],
      clientCertificate: {
        thumbprintSha256: thumbprintOf(credential.certificatePem),
        privateKey: credential.privateKeyPem,
        x5c: credential.certificatePem,
      },
    },
    system: {
      networkClient: networkModule(options.sender),
      loggerOptions: { logLevel: LogLevel.Error, loggerCallback: () => undefined },
    },
  });
}

function thumbprintOf(certificatePem: string): string {
  try {
    return new X509Certificate(certificatePem).fingerprint256.replaceAll(':', '');
  } catch (cause) {
    const message = "the organization's certificate cannot be read";
    throw new AppError('E_SOURCE_SIGN_IN_FAILED', message, { cause });
  }
}

const tokenAnswerMaxBytes = 1024 * 1024;

/** MSAL speaks through the organization's own connections and trust. */
function networkModule(sender: HttpSender): INetworkModule {
  const exchange = async <T>(
    method: 'GET' | 'POST',
    url: string,
    options: { headers?: Record<string, string>; body?: string } = {},
  ) => {
    const reply = await sender.send({
      method,
      url,
      headers: options.headers ?? {},
      body: options.body,
    });
    const body = parseJson(await readText(reply, tokenAnswerMaxBytes), 'the sign-in answer');
    // MSAL checks the shape itself; its port wants the type it asked for.
    return { headers: {}, body: body as T, status: reply.status };
  };
  return {
    sendGetRequestAsync: (url, options) => exchange('GET', url, options),
    sendPostRequestAsync: (url, options) => exchange('POST', url, options),
  };
}

/** Network failures come again later; everything else needs a person. */
function signInError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const inner = isRecord(cause) ? cause['cause'] : undefined;
  if (inner instanceof AppError) return inner;
  const details = isRecord(cause) ? cause : {};
  const name = textAt(details, 'errorCode') ?? 'unknown';
  const stated = /AADSTS\d+/.exec(textAt(details, 'errorMessage') ?? '')?.[0];
  const code = name === 'network_error' ? 'E_SOURCE_UNAVAILABLE' : 'E_SOURCE_SIGN_IN_FAILED';
  const reason = stated === undefined ? name : `${name}, ${stated}`;
  return new AppError(code, `the sign-in service refused the application: ${reason}`, { cause });
}
