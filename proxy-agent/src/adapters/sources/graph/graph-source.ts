import type { Clock } from '@firn/shared/time/clock';
import type { ProtectedObject, Scope } from '../../../domain/protected-object.ts';
import type { RequestCounts, RestoreTarget, Source, SourceObject } from '../../../ports/source.ts';
import { makeTokenSource } from './client/access-token.ts';
import { BatchSender } from './client/batch.ts';
import { GraphClient } from './client/graph-client.ts';
import { GraphBase } from './client/graph-url.ts';
import { HttpSender } from './client/http-sender.ts';
import { directoryLane, type Lane, mailboxLane, sharePointLane } from './client/lane.ts';
import type { MailboxAccess } from './mailbox/mailbox-api.ts';
import { MailboxObject } from './mailbox/mailbox-object.ts';
import { MailboxTarget } from './mailbox/mailbox-target.ts';
import type { DriveAccess } from './onedrive/drive-api.ts';
import { DriveObject } from './onedrive/drive-object.ts';
import { DriveTarget } from './onedrive/drive-target.ts';
import { Places } from './places.ts';
import { type DirectoryAccess, usersOf } from './users.ts';

export interface GraphSourceOptions {
  readonly organization: { readonly tenantId: string; readonly clientId: string };
  readonly credential: { readonly certificatePem: string; readonly privateKeyPem: string };
  readonly clock: Clock;
  /** In [0, 1): spreads retries. */
  readonly random: () => number;
  /** A new UUID: names each request to the service. */
  readonly newId: () => string;
  /** What the operator should know; never an error. */
  readonly onNote: (note: string) => void;
  /** Default https://graph.microsoft.com; without the version. */
  readonly graphUrl?: string | undefined;
  /** Default https://login.microsoftonline.com. */
  readonly loginUrl?: string | undefined;
  /** PEM of the private authority that both use; the system's when absent or empty. */
  readonly caPem?: string | undefined;
  /** SharePoint's resource units a minute; default for up to 1,000 licences. */
  readonly sharePointUnitsPerMinute?: number | undefined;
}

const defaultGraphUrl = 'https://graph.microsoft.com';
const defaultLoginUrl = 'https://login.microsoftonline.com';

/** Clouds whose Graph has an audience of its own. [Microsoft: deployments] */
const sovereign = /\.microsoft\.us$|^https:\/\/microsoftgraph\.chinacloudapi\.cn$/;

/** Tokens are for the service, however its address is reached. */
function audienceOf(origin: string): string {
  return sovereign.test(origin) ? origin : defaultGraphUrl;
}

/** A Microsoft 365 organization by Microsoft Graph. Makes no request by itself. */
export function createGraphSource(options: GraphSourceOptions): Source {
  return new GraphSource(options);
}

class GraphSource implements Source {
  readonly #options: GraphSourceOptions;
  readonly #sender: HttpSender;
  readonly #client: GraphClient;
  readonly #batches: BatchSender;
  readonly #directory: DirectoryAccess;
  readonly #places: Places;
  readonly #sharePoint: Lane;
  readonly #mailboxes = new Map<string, Lane>();
  /** Ends what is under way when the source is closed. */
  readonly #closed = new AbortController();

  constructor(options: GraphSourceOptions) {
    const { clock, random, newId } = options;
    const base = new GraphBase(options.graphUrl || defaultGraphUrl);
    const sender = new HttpSender(options.caPem || undefined);
    const tokens = makeTokenSource({
      credential: { ...options.organization, ...options.credential },
      loginUrl: options.loginUrl || defaultLoginUrl,
      audience: audienceOf(base.origin),
      sender,
    });
    this.#options = options;
    this.#sender = sender;
    this.#client = new GraphClient({ base, sender, tokens, clock, random, newId });
    this.#batches = new BatchSender(this.#client);
    this.#directory = {
      client: this.#client,
      batches: this.#batches,
      lane: directoryLane(clock),
    };
    this.#places = new Places(this.#directory, options.onNote);
    this.#sharePoint = sharePointLane(clock, options.sharePointUnitsPerMinute ?? 1250);
  }

  async *listObjects(scope: Scope, signal: AbortSignal): AsyncGenerator<ProtectedObject> {
    for await (const users of usersOf(this.#directory, scope, signal)) {
      yield* this.#places.objectsOf(users, scope, signal);
    }
  }

  async open(object: ProtectedObject): Promise<SourceObject> {
    const place = await this.#places.placeOf(object, this.#closed.signal);
    return object.kind === 'mailbox'
      ? new MailboxObject(this.#mailbox(place))
      : new DriveObject(this.#drive(place));
  }

  async openForRestore(object: ProtectedObject): Promise<RestoreTarget> {
    const place = await this.#places.placeOf(object, this.#closed.signal);
    return object.kind === 'mailbox'
      ? new MailboxTarget(this.#mailbox(place))
      : new DriveTarget(this.#drive(place));
  }

  requests(): RequestCounts {
    return { http: this.#sender.sentCount, batched: this.#batches.partsSent };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#sender.close();
  }

  #mailbox(mailboxId: string): MailboxAccess {
    const lane = this.#mailboxes.get(mailboxId) ?? mailboxLane(this.#options.clock);
    this.#mailboxes.set(mailboxId, lane);
    const { onNote } = this.#options;
    return { client: this.#client, batches: this.#batches, lane, mailboxId, onNote };
  }

  #drive(driveId: string): DriveAccess {
    const { onNote } = this.#options;
    return { client: this.#client, lane: this.#sharePoint, driveId, onNote };
  }
}
