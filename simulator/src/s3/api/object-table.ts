import { deleteObject } from './delete-object.ts';
import { getObject, READ_PARAMETERS } from './get-object.ts';
import { LOCK_HEADERS } from './lock-headers.ts';
import { PROPERTY_HEADERS } from './object-properties.ts';
import type { Operation } from './operation.ts';
import { putObject } from './put-object.ts';

const read = {
  level: 'object',
  markers: [],
  parameters: READ_PARAMETERS,
  headers: ['x-amz-checksum-mode'],
  permission: 's3:GetObject',
  cost: 'get',
  takesBody: false,
  handle: getObject,
} as const;

/** Operations on one object. */
export const OBJECT_OPERATIONS: readonly Operation[] = [
  { ...read, name: 'GetObject', method: 'GET' },
  { ...read, name: 'HeadObject', method: 'HEAD' },
  {
    name: 'PutObject',
    level: 'object',
    method: 'PUT',
    markers: [],
    parameters: [],
    headers: [...PROPERTY_HEADERS, ...LOCK_HEADERS],
    permission: 's3:PutObject',
    cost: 'put',
    takesBody: true,
    handle: putObject,
  },
  {
    name: 'DeleteObject',
    level: 'object',
    method: 'DELETE',
    markers: [],
    parameters: ['versionId'],
    headers: ['x-amz-bypass-governance-retention'],
    permission: 's3:DeleteObject',
    cost: 'free',
    takesBody: false,
    handle: deleteObject,
  },
];
