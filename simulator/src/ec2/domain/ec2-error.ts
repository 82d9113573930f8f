const STATUS = {
  AuthFailure: 401,
  DryRunOperation: 412,
  IdempotentParameterMismatch: 400,
  IncorrectState: 400,
  InstanceLimitExceeded: 400,
  InsufficientInstanceCapacity: 500,
  InternalError: 500,
  InvalidAMIID: 400,
  'InvalidAMIID.Malformed': 400,
  'InvalidAMIID.NotFound': 400,
  InvalidAction: 400,
  'InvalidGroup.NotFound': 400,
  'InvalidInstanceID.Malformed': 400,
  'InvalidInstanceID.NotFound': 400,
  'InvalidNetworkInterface.InUse': 400,
  'InvalidNetworkInterfaceID.NotFound': 400,
  InvalidParameterCombination: 400,
  InvalidParameterValue: 400,
  'InvalidSubnetID.NotFound': 400,
  'InvalidUserData.Malformed': 400,
  'InvalidVolume.NotFound': 400,
  MaxSpotInstanceCountExceeded: 400,
  MissingParameter: 400,
  RequestExpired: 400,
  RequestLimitExceeded: 503,
  ServiceUnavailable: 503,
  UnauthorizedOperation: 403,
  UnknownParameter: 400,
  VcpuLimitExceeded: 400,
  VolumeInUse: 400,
} as const;

/** An error code of EC2 [EC2: Error codes]. */
export type Ec2ErrorCode = keyof typeof STATUS;

/** A refusal in EC2's words. */
export class Ec2Error extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: Ec2ErrorCode, message: string) {
    super(message);
    this.name = 'Ec2Error';
    this.code = code;
    this.status = STATUS[code];
  }
}

export function isEc2ErrorCode(code: string): code is Ec2ErrorCode {
  return Object.hasOwn(STATUS, code);
}
