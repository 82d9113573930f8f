import type { Credential } from '../../s3/signing/credentials.ts';
import type { XmlValue } from '../../s3/xml/xml-writer.ts';
import type { CloudFaults } from '../control/cloud-faults.ts';
import type { ClientTokens } from '../domain/client-tokens.ts';
import { Ec2Error } from '../domain/ec2-error.ts';
import type { Region } from '../domain/region.ts';
import type { QueryForm } from './query-form.ts';

/** What all requests work on. */
export interface Ec2World {
  readonly region: Region;
  readonly tokens: ClientTokens;
  readonly faults: CloudFaults;
  readonly accountId: string;
  /** Subnets, groups, images and instance profiles that exist; empty: all do. */
  readonly known: {
    readonly subnets: readonly string[];
    readonly groups: readonly string[];
    readonly images: readonly string[];
    readonly profiles: readonly string[];
  };
}

/** A request that is signed. */
export interface Ec2Call {
  readonly world: Ec2World;
  readonly form: QueryForm;
  readonly credential: Credential;
}

/** An action: what it answers besides the request's id. */
export type Ec2Action = (call: Ec2Call) => XmlValue;

/** UnauthorizedOperation with the name of what is not allowed, as EC2 words it. */
export function authorize({ credential, world }: Ec2Call, action: string, resource = '*'): void {
  const isDenied = credential.deny.some((one) => one === action || one === 'ec2:*');
  if (!isDenied) return;
  const who = `arn:aws:iam::${world.accountId}:user/${credential.accessKeyId}`;
  throw new Ec2Error(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: ${who} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action.`,
  );
}

/** To be called when all is known to be allowed and valid, before anything changes. */
export function refuseDryRun(isDryRun: boolean): void {
  if (!isDryRun) return;
  throw new Ec2Error('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
}
