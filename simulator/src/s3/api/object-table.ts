import { copyObject } from './copy-object.ts';
import { COPY_SOURCE_HEADERS } from './copy-source.ts';
import { deleteObject } from './delete-object.ts';
import { getObject, READ_PARAMETERS } from './get-object.ts';
import { LOCK_HEADERS } from './lock-headers.ts';
import {
  getObjectLegalHold,
  getObjectRetention,
  putObjectLegalHold,
  putObjectRetention,
} from './lock-operations.ts';
import { PROPERTY_HEADERS } from './object-properties.ts';
import type { Operation } from './operation.ts';
import { putObject } from './put-object.ts';
import { restoreObject } from './restore-object.ts';
import { UPLOAD_OPERATIONS } from './upload-table.ts';

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

const write = {
  level: 'object',
  parameters: [],
  permission: 's3:PutObject',
  cost: 'put',
  takesBody: true,
} as const;

/** Operations on one object. */
export const OBJECT_OPERATIONS: readonly Operation[] = [
  { ...read, name: 'GetObject', method: 'GET' },
  { ...read, name: 'HeadObject', method: 'HEAD' },
  {
    ...write,
    name: 'PutObject',
    method: 'PUT',
    markers: [],
    headers: [...PROPERTY_HEADERS, ...LOCK_HEADERS],
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
  {
    ...write,
    name: 'CopyObject',
    method: 'PUT',
    markers: [],
    markerHeader: 'x-amz-copy-source',
    headers: [
      ...PROPERTY_HEADERS,
      ...LOCK_HEADERS,
      ...COPY_SOURCE_HEADERS,
      'x-amz-checksum-algorithm',
      'x-amz-metadata-directive',
    ],
    takesBody: false,
    handle: copyObject,
  },
  ...UPLOAD_OPERATIONS,
  {
    ...write,
    name: 'RestoreObject',
    method: 'POST',
    markers: ['restore'],
    parameters: ['versionId'],
    headers: [],
    permission: 's3:RestoreObject',
    cost: 'restore',
    handle: restoreObject,
  },
  {
    ...read,
    name: 'GetObjectRetention',
    method: 'GET',
    markers: ['retention'],
    parameters: ['versionId'],
    headers: [],
    permission: 's3:GetObjectRetention',
    handle: getObjectRetention,
  },
  {
    ...write,
    name: 'PutObjectRetention',
    method: 'PUT',
    markers: ['retention'],
    parameters: ['versionId'],
    headers: ['x-amz-bypass-governance-retention'],
    permission: 's3:PutObjectRetention',
    handle: putObjectRetention,
  },
  {
    ...read,
    name: 'GetObjectLegalHold',
    method: 'GET',
    markers: ['legal-hold'],
    parameters: ['versionId'],
    headers: [],
    permission: 's3:GetObjectLegalHold',
    handle: getObjectLegalHold,
  },
  {
    ...write,
    name: 'PutObjectLegalHold',
    method: 'PUT',
    markers: ['legal-hold'],
    parameters: ['versionId'],
    headers: [],
    permission: 's3:PutObjectLegalHold',
    handle: putObjectLegalHold,
  },
];
