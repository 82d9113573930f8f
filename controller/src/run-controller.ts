import { Releasers } from '@firn/shared/lifecycle/releasers';
import { startGateway } from './api/grpc/grpc-gateway.ts';
import { LinkHub } from './api/grpc/link-hub.ts';
import { startHttpServer } from './api/http/http-server.ts';
import { Deliveries } from './app/assignments/deliver-assignments.ts';
import type { AppContext, AppSettings } from './app/context.ts';
import { ensureBootstrapToken } from './app/resources/bootstrap-token.ts';
import { tickSchedules } from './app/schedules/tick.ts';
import { feedProgress } from './app/sessions/live-progress.ts';
import { SessionFeed } from './app/sessions/session-feed.ts';
import { supervise, superviseAppliances } from './app/supervise.ts';
import type { ControllerConfig } from './config.ts';
import type { Ticker } from './ports/calendar.ts';
import type { ServerCertificates } from './ports/certificates.ts';
import type { TextFiles } from './ports/text-files.ts';

type Provided = Omit<AppContext, 'links' | 'feed' | 'settings' | 'authority'>;

/** What the controller needs of the world; main.ts builds the real one. */
export interface ControllerPorts extends Provided {
  readonly authority: AppContext['authority'] & ServerCertificates;
  readonly files: TextFiles;
  readonly ticker: Ticker;
  announceReady(line: ReadyLine): void;
}

/** Printed as one line of JSON on stdout once everything listens. */
export interface ReadyLine {
  readonly ready: true;
  readonly url: string;
  readonly grpc: string;
  readonly caFile: string;
}

export type RunConfig = ControllerConfig & { readonly version: string };

/**
 * Serves until the signal aborts, then stops in the reverse order: no new
 * requests, links told to dial again, duties ended. What was under way is
 * adopted when the workers dial the next process.
 */
export async function runController(
  ports: ControllerPorts,
  config: RunConfig,
  signal: AbortSignal,
): Promise<void> {
  const releasers = new Releasers();
  try {
    await start(ports, config, releasers);
    await aborted(signal);
    ports.logger.info('controller.stopping');
  } finally {
    await releasers.release();
  }
}

async function start(
  ports: ControllerPorts,
  config: RunConfig,
  releasers: Releasers,
): Promise<void> {
  const { logger, authority, files } = ports;
  const hub = new LinkHub();
  const deliveries = new Deliveries();
  const addresses = { publicUrl: config.publicUrl, linkAddress: config.grpcPublicAddress };
  const settings = makeSettings(config, addresses);
  const context: AppContext = { ...ports, links: hub, feed: new SessionFeed(), settings };
  const server = await authority.issueServerIdentity(config.serverNames);
  await files.write(config.caFile, authority.caPem.trim(), 0o644);
  await context.database.sessions.extendLeases(config.leaseMs);
  const gateway = await startGateway({
    ...server,
    context,
    hub,
    deliveries,
    listen: config.grpcListen,
    caPem: authority.caPem,
  });
  releasers.add('gRPC gateway', () => gateway.stop());
  addresses.linkAddress ??= `localhost:${gateway.port}`;
  const http = await startHttpServer({ ...server, context, listen: config.httpListen });
  releasers.add('REST API', () => http.stop());
  addresses.publicUrl ??= `https://localhost:${http.port}`;
  if (config.bootstrapTokenFile !== undefined) {
    await ensureBootstrapToken(context, files, config.bootstrapTokenFile);
  }
  startDuties(context, deliveries, { config, releasers });
  releasers.add(
    'schedules',
    ports.ticker.start(() => tickSchedules(context)),
  );
  const { publicUrl: url, linkAddress: grpc } = settings;
  logger.info('controller.ready', { url, grpc });
  ports.announceReady({ ready: true, url, grpc, caFile: config.caFile });
}

function startDuties(
  context: AppContext,
  deliveries: Deliveries,
  { config, releasers }: { readonly config: RunConfig; readonly releasers: Releasers },
): void {
  const over = new AbortController();
  const { signal } = over;
  const duties = [
    feedProgress(context, signal),
    supervise(context, deliveries, { everyMs: config.superviseMs, signal }),
    superviseAppliances(context, { everyMs: config.superviseMs, signal }),
  ].map((duty) =>
    duty.catch((error: unknown) => {
      if (!signal.aborted) context.logger.error('controller.duty_failed', { error });
    }),
  );
  releasers.add('duties', async () => {
    over.abort();
    await Promise.all(duties);
  });
}

/** The addresses are known only once the ports are bound. */
function makeSettings(
  config: RunConfig,
  addresses: { publicUrl: string | undefined; linkAddress: string | undefined },
): AppSettings {
  return {
    version: config.version,
    heartbeatMs: config.heartbeatMs,
    leaseMs: config.leaseMs,
    graceMs: config.graceMs,
    resendMs: config.resendMs,
    attemptsMax: config.attemptsMax,
    credentialLifeMs: config.credentialLifeMs,
    proxyCertificateLifeMs: config.proxyCertificateLifeMs,
    applianceLifeMs: config.applianceLifeMs,
    applianceLimits: config.applianceLimits,
    applianceNatsUrl: config.applianceNatsUrl,
    enrollmentTokenLifeMs: config.enrollmentTokenLifeMs,
    viewTimeoutMs: config.viewTimeoutMs,
    get publicUrl() {
      return addresses.publicUrl ?? '';
    },
    get linkAddress() {
      return addresses.linkAddress ?? '';
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}
