import { randomUUID } from 'node:crypto';
import type { Clock } from '@firn/shared/time/clock';
import type { Sources } from '../../ports/sources.ts';
import { createGraphSource } from './graph/graph-source.ts';

/** Organizations by their kind: Microsoft 365 by Microsoft Graph. */
export function makeSources(clock: Clock, random: () => number): Sources {
  return {
    open: async ({ organization, credential, onNote }) => {
      const { tenantId, clientId, graphUrl, loginUrl, caPem } = organization;
      return createGraphSource({
        organization: { tenantId, clientId },
        credential,
        clock,
        random,
        newId: randomUUID,
        onNote,
        graphUrl,
        loginUrl,
        caPem,
      });
    },
  };
}
