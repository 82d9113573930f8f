import { AppError } from '@firn/shared/errors/app-error';
import { ApiException } from '@kubernetes/client-node';

/** The one conversion of errors of this client. @param action `batch/jobs:create` */
export function toKubernetesAppError(error: unknown, action: string): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  if (!(error instanceof ApiException)) {
    const text = `the API server of Kubernetes did not answer ${action}: ${error.message}`;
    return new AppError('E_APPLIANCE_UNANSWERED', text, { cause: error });
  }
  const message = messageOf(error);
  const text = `Kubernetes refused ${action}: ${message}`;
  if (/exceeded quota/.test(message)) return new AppError('E_APPLIANCE_QUOTA', text);
  if (error.code === 403) {
    const denied = `the controller is not allowed to do ${action}`;
    return new AppError('E_APPLIANCE_PERMISSION', denied, { context: { permission: action } });
  }
  const isLater = error.code >= 500 || error.code === 429;
  return new AppError(isLater ? 'E_APPLIANCE_UNANSWERED' : 'E_APPLIANCE_FAILED', text);
}

export function hasStatus(error: unknown, code: number): boolean {
  return error instanceof ApiException && error.code === code;
}

/** The body may hold a Status; the exception's own message holds headers, too. */
function messageOf({ body, code }: ApiException<unknown>): string {
  const status = typeof body === 'string' ? parse(body) : body;
  const hasMessage = typeof status === 'object' && status !== null && 'message' in status;
  return hasMessage ? String(status.message) : `status ${code}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
