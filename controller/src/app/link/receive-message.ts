import type { ConnectRequest, SessionEvent } from '@firn/shared/gen/firn/link/v1/link';
import type { Worker } from '../../domain/worker.ts';
import { applianceEnded, relayResult, relayTask } from '../appliances/appliance-link.ts';
import type { AppContext } from '../context.ts';
import { acceptAssignment, refuseAssignment } from './answer-assignment.ts';
import { answerCredentials } from './answer-credentials.ts';
import { renewLeases } from './renew-leases.ts';
import { storeEvent } from './store-event.ts';

type Message = NonNullable<ConnectRequest['message']>;

/** Handles one message of a link that is up; replies go through context.links. */
export async function receiveMessage(
  context: AppContext,
  worker: Worker,
  message: Message,
): Promise<void> {
  switch (message.$case) {
    case 'hello':
      // Only the first message of a link may be one; a second changes nothing.
      return;
    case 'heartbeat': {
      const value = await renewLeases(context, worker, message.value.running);
      context.links.send(worker.id, { $case: 'leasesRenewed', value });
      return;
    }
    case 'accepted':
      return acceptAssignment(context, worker, message.value);
    case 'refused':
      return refuseAssignment(context, worker, message.value);
    case 'event':
      return receiveEvent(context, worker, message.value);
    case 'credentialsRequest':
      return answerCredentials(context, worker, message.value);
    case 'repackTask':
      return relayTask(context, worker, message.value);
    case 'repackResult':
      return relayResult(context, worker, message.value);
  }
}

async function receiveEvent(
  context: AppContext,
  worker: Worker,
  event: SessionEvent,
): Promise<void> {
  const ack = await storeEvent(context, worker, event);
  if (ack === undefined) return;
  context.links.send(worker.id, { $case: 'eventAck', value: ack });
  if (worker.kind === 'appliance' && event.event?.$case === 'ended') {
    await applianceEnded(context, worker.id, event.event.value.status === 'success');
  }
}
