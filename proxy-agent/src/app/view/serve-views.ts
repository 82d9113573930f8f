import type { ViewRequest, ViewResponse } from '@firn/shared/gen/firn/link/v1/link';
import { SecretBundle } from '@firn/shared/gen/firn/link/v1/work';
import type { ViewStream } from '@firn/shared/rpc/link/grpc-link';
import { toProblem } from '@firn/shared/rpc/problem';
import type { StorageCredentials } from '@firn/shared/rpc/storage-credentials';
import type { Clock } from '@firn/shared/time/clock';
import type { Boxes } from '../../ports/boxes.ts';
import type { BrowseCache } from '../../ports/browse-cache.ts';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import type { Repositories } from '../repositories.ts';
import { answerView } from './answer-view.ts';
import { Browsing } from './browsing.ts';
import { ViewedPoints } from './viewed-points.ts';

export interface ServeViews {
  readonly repositories: Repositories;
  readonly credentials: StorageCredentials;
  readonly boxes: Boxes;
  readonly clock: Clock;
  /** Undefined: it is turned off. */
  readonly browseCache: BrowseCache | undefined;
}

const questionsAtOnce = 4;

/** Answers what users view, as long as the stream lives. Announces itself first. */
export async function serveViews(options: ServeViews, stream: ViewStream): Promise<void> {
  await stream.send({ requestId: '', answer: { $case: 'opened', value: {} } });
  const points = new ViewedPoints(options);
  const browsing = new Browsing({ cache: options.browseCache, clock: options.clock });
  const over = new AbortController();
  const forgetting = points.forgetIdle(over.signal);
  try {
    await forEachConcurrent(stream.questions, questionsAtOnce, async (question) => {
      const answer = await answerOne({ ...options, points, browsing }, question);
      await stream.send({ requestId: question.requestId, answer });
    });
  } finally {
    over.abort();
    await forgetting;
    await browsing.end();
  }
}

interface Answering extends ServeViews {
  readonly points: ViewedPoints;
  readonly browsing: Browsing;
}

async function answerOne(
  { credentials, boxes, points, browsing }: Answering,
  question: ViewResponse,
): Promise<ViewRequest['answer']> {
  try {
    const { secrets: box } = question;
    const opened = box === undefined ? new Uint8Array() : boxes.open(box);
    const secrets = SecretBundle.decode(opened);
    for (const each of secrets.storages) credentials.put('', each);
    const page = await answerView(browsing, await points.open(question, secrets), question);
    return { $case: 'page', value: Buffer.from(page) };
  } catch (error) {
    return { $case: 'problem', value: toProblem(error) };
  }
}
