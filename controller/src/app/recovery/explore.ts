import { AppError } from '@firn/shared/errors/app-error';
import { assertOfPoint } from '../../domain/readability.ts';
import { jobIdOf, storedIdOf } from '../../domain/restore-point.ts';
import type { Question } from '../../ports/worker-links.ts';
import { repositorySecrets } from '../assignments/build-secrets.ts';
import { repositoryRef } from '../assignments/build-work.ts';
import type { AppContext } from '../context.ts';
import { readyRepository } from '../resources/ready-repository.ts';
import { findRestorePoint, findRetrieval } from './create-retrieval.ts';

export interface Explore {
  readonly restorePointId: string;
  readonly retrievalId: string | undefined;
  readonly question: Question;
  readonly signal: AbortSignal;
}

/**
 * Asks the proxy that owns the point's repository. Folders and items lie in a
 * hot class, always, so this works for a copy without a retrieval too.
 * @returns the page's JSON, parsed; its shape is not checked here
 */
export async function explore(context: AppContext, options: Explore): Promise<unknown> {
  const { restorePointId, retrievalId, question, signal } = options;
  const point = await findRestorePoint(context, restorePointId);
  if (retrievalId !== undefined) assertOfPoint(point, await findRetrieval(context, retrievalId));
  const { proxyId } = await readyRepository(context.database, point.repositoryId);
  const repository = await repositoryRef(context.database, point.repositoryId);
  const page = await context.links.ask(
    proxyId,
    {
      repository,
      jobId: jobIdOf(point),
      restorePointId: storedIdOf(point),
      retrievalId: retrievalId ?? point.retrievalId ?? '',
      question,
    },
    await repositorySecrets(context, [repository]),
    { timeoutMs: context.settings.viewTimeoutMs, signal },
  );
  return parsePage(page);
}

function parsePage(page: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(page));
  } catch (cause) {
    throw new AppError('E_PROXY_ANSWER_INVALID', 'the proxy agent answered with no JSON', {
      cause,
    });
  }
}
