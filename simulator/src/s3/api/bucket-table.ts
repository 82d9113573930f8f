import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketVersioning,
} from './bucket-operations.ts';
import { deleteObjects } from './delete-objects.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import { listMultipartUploads } from './list-uploads.ts';
import { listObjectVersions } from './list-versions.ts';
import { getObjectLockConfiguration, putObjectLockConfiguration } from './lock-operations.ts';
import type { Operation } from './operation.ts';
import { OPTIONAL_ATTRIBUTES_HEADER } from './optional-attributes.ts';

const bucketRead = {
  level: 'bucket',
  method: 'GET',
  parameters: [],
  headers: [],
  cost: 'get',
  takesBody: false,
} as const;

const bucketWrite = {
  level: 'bucket',
  method: 'PUT',
  parameters: [],
  headers: [],
  cost: 'put',
  takesBody: true,
} as const;

const LIST_PARAMETERS = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];

/** Operations on the service and on buckets. */
export const BUCKET_OPERATIONS: readonly Operation[] = [
  {
    ...bucketRead,
    name: 'ListBuckets',
    level: 'service',
    markers: [],
    permission: 's3:ListAllMyBuckets',
    cost: 'put',
    handle: listBuckets,
  },
  {
    ...bucketWrite,
    name: 'CreateBucket',
    markers: [],
    headers: ['x-amz-acl', 'x-amz-bucket-object-lock-enabled', 'x-amz-object-ownership'],
    permission: 's3:CreateBucket',
    handle: createBucket,
  },
  {
    ...bucketRead,
    name: 'DeleteBucket',
    method: 'DELETE',
    markers: [],
    permission: 's3:DeleteBucket',
    cost: 'free',
    handle: deleteBucket,
  },
  {
    ...bucketRead,
    name: 'HeadBucket',
    method: 'HEAD',
    markers: [],
    permission: 's3:ListBucket',
    handle: headBucket,
  },
  {
    ...bucketRead,
    name: 'GetBucketLocation',
    markers: ['location'],
    permission: 's3:GetBucketLocation',
    handle: getBucketLocation,
  },
  {
    ...bucketRead,
    name: 'GetBucketVersioning',
    markers: ['versioning'],
    permission: 's3:GetBucketVersioning',
    handle: getBucketVersioning,
  },
  {
    ...bucketWrite,
    name: 'PutBucketVersioning',
    markers: ['versioning'],
    permission: 's3:PutBucketVersioning',
    handle: putBucketVersioning,
  },
  {
    ...bucketRead,
    name: 'ListObjectsV2',
    markers: ['list-type=2'],
    parameters: [...LIST_PARAMETERS, 'continuation-token', 'start-after', 'fetch-owner'],
    permission: 's3:ListBucket',
    cost: 'put',
    headers: [OPTIONAL_ATTRIBUTES_HEADER],
    handle: listObjectsV2,
  },
  {
    ...bucketRead,
    name: 'ListObjects',
    markers: [],
    parameters: [...LIST_PARAMETERS, 'marker'],
    permission: 's3:ListBucket',
    cost: 'put',
    headers: [OPTIONAL_ATTRIBUTES_HEADER],
    handle: listObjects,
  },
  {
    ...bucketRead,
    name: 'ListObjectVersions',
    markers: ['versions'],
    parameters: [...LIST_PARAMETERS, 'key-marker', 'version-id-marker'],
    permission: 's3:ListBucketVersions',
    cost: 'put',
    headers: [OPTIONAL_ATTRIBUTES_HEADER],
    handle: listObjectVersions,
  },
  {
    ...bucketRead,
    name: 'ListMultipartUploads',
    markers: ['uploads'],
    parameters: [
      'prefix',
      'delimiter',
      'encoding-type',
      'max-uploads',
      'key-marker',
      'upload-id-marker',
    ],
    permission: 's3:ListBucketMultipartUploads',
    cost: 'put',
    handle: listMultipartUploads,
  },
  {
    ...bucketWrite,
    name: 'DeleteObjects',
    method: 'POST',
    markers: ['delete'],
    headers: ['x-amz-bypass-governance-retention'],
    permission: 's3:DeleteObject',
    handle: deleteObjects,
  },
  {
    ...bucketRead,
    name: 'GetObjectLockConfiguration',
    markers: ['object-lock'],
    permission: 's3:GetBucketObjectLockConfiguration',
    handle: getObjectLockConfiguration,
  },
  {
    ...bucketWrite,
    name: 'PutObjectLockConfiguration',
    markers: ['object-lock'],
    permission: 's3:PutBucketObjectLockConfiguration',
    handle: putObjectLockConfiguration,
  },
];
