import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { AppError } from '@firn/shared/errors/app-error';
import type { ErrorCode } from '@firn/shared/errors/codes';

/** What another type, subnet or market may not refuse. [EC2: Error codes] */
const noRoom = new Set([
  'InsufficientAddressCapacity',
  'InsufficientCapacity',
  'InsufficientFreeAddressesInSubnet',
  'InsufficientHostCapacity',
  'InsufficientInstanceCapacity',
  'MaxSpotInstanceCountExceeded',
  'SpotMaxPriceTooLow',
  'Unsupported',
]);

const limits = new Set(['InstanceLimitExceeded', 'VcpuLimitExceeded', 'VolumeLimitExceeded']);

const denied = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);

/** Refused before anything was looked at, or not understood: it may be asked again. */
const later = new Set(['RequestLimitExceeded', 'Throttling', 'ThrottlingException']);

/** The one conversion of errors of this SDK. @param action as permissions name it: ec2:RunInstances */
export function toEc2AppError(error: unknown, action: string): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  if (!(error instanceof EC2ServiceException)) return notAnswered(error, action);
  const { name, message } = error;
  if (denied.has(name)) return permissionDenied(message, action);
  const text = `EC2 refused ${action}: ${name}: ${message}`;
  return new AppError(codeOf(error), text, { cause: error });
}

/** The permission that a refusal names; encoded messages tell nobody anything. */
function permissionDenied(message: string, action: string): AppError {
  const permission = /perform: ([a-z0-9-]+:\w+)/.exec(message)?.[1] ?? action;
  const text = `the controller is not allowed to do ${permission}`;
  return new AppError('E_APPLIANCE_PERMISSION', text, { context: { permission } });
}

function codeOf({ name, $metadata }: EC2ServiceException): ErrorCode {
  if (noRoom.has(name)) return 'E_APPLIANCE_CAPACITY';
  if (limits.has(name)) return 'E_APPLIANCE_QUOTA';
  const isServer = ($metadata.httpStatusCode ?? 500) >= 500;
  return isServer || later.has(name) ? 'E_APPLIANCE_UNANSWERED' : 'E_APPLIANCE_FAILED';
}

function notAnswered(error: Error, action: string): AppError {
  if (error.name === 'CredentialsProviderError') {
    const text = 'the controller has no credentials of AWS: an instance profile, or keys';
    return new AppError('E_APPLIANCE_FAILED', text, { cause: error });
  }
  return new AppError('E_APPLIANCE_UNANSWERED', `EC2 did not answer ${action}: ${error.message}`, {
    cause: error,
  });
}
