import { completeMultipartUpload } from './complete-upload.ts';
import { COPY_SOURCE_HEADERS } from './copy-source.ts';
import { listParts } from './list-uploads.ts';
import { LOCK_HEADERS } from './lock-headers.ts';
import {
  abortMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './multipart-operations.ts';
import { PROPERTY_HEADERS } from './object-properties.ts';
import type { Operation } from './operation.ts';

const upload = {
  level: 'object',
  parameters: [],
  headers: [],
  permission: 's3:PutObject',
  cost: 'put',
  takesBody: false,
} as const;

/** Operations of uploads in parts. */
export const UPLOAD_OPERATIONS: readonly Operation[] = [
  {
    ...upload,
    name: 'CreateMultipartUpload',
    method: 'POST',
    markers: ['uploads'],
    headers: [
      ...PROPERTY_HEADERS,
      ...LOCK_HEADERS,
      'x-amz-checksum-algorithm',
      'x-amz-checksum-type',
    ],
    handle: createMultipartUpload,
  },
  {
    ...upload,
    name: 'UploadPart',
    method: 'PUT',
    markers: ['partNumber', 'uploadId'],
    takesBody: true,
    handle: uploadPart,
  },
  {
    ...upload,
    name: 'UploadPartCopy',
    method: 'PUT',
    markers: ['partNumber', 'uploadId'],
    markerHeader: 'x-amz-copy-source',
    headers: [...COPY_SOURCE_HEADERS, 'x-amz-copy-source-range'],
    handle: uploadPartCopy,
  },
  {
    ...upload,
    name: 'CompleteMultipartUpload',
    method: 'POST',
    markers: ['uploadId'],
    headers: ['x-amz-checksum-type'],
    takesBody: true,
    handle: completeMultipartUpload,
  },
  {
    ...upload,
    name: 'AbortMultipartUpload',
    method: 'DELETE',
    markers: ['uploadId'],
    permission: 's3:AbortMultipartUpload',
    cost: 'free',
    handle: abortMultipartUpload,
  },
  {
    ...upload,
    name: 'ListParts',
    method: 'GET',
    markers: ['uploadId'],
    parameters: ['max-parts', 'part-number-marker'],
    permission: 's3:ListMultipartUploadParts',
    cost: 'get',
    handle: listParts,
  },
];
