import type { Route } from '../route.ts';
import { closed, IdOrName, PageQuery } from '../schemas/fields.ts';
import {
  CopyJob,
  CopyJobCreate,
  CopyJobPage,
  CopyJobStart,
  Job,
  JobCreate,
  JobPage,
  JobStart,
  JobUpdate,
} from '../schemas/job.ts';
import { Organization, OrganizationCreate, OrganizationPage } from '../schemas/organization.ts';
import { Session } from '../schemas/session.ts';

const organizationParams = closed({ organization: IdOrName });
const jobParams = closed({ job: IdOrName });
const copyJobParams = closed({ copyJob: IdOrName });

const organizationRoutes = {
  createOrganization: {
    method: 'POST',
    path: '/organizations',
    tag: 'Organizations',
    summary: 'Add a Microsoft 365 organization',
    scope: 'admin',
    body: OrganizationCreate,
    success: { status: 201, body: Organization },
  },
  listOrganizations: {
    method: 'GET',
    path: '/organizations',
    tag: 'Organizations',
    summary: 'List organizations',
    scope: 'read',
    query: PageQuery,
    success: { status: 200, body: OrganizationPage },
  },
  getOrganization: {
    method: 'GET',
    path: '/organizations/{organization}',
    tag: 'Organizations',
    summary: 'Show an organization',
    scope: 'read',
    params: organizationParams,
    success: { status: 200, body: Organization },
  },
  deleteOrganization: {
    method: 'DELETE',
    path: '/organizations/{organization}',
    tag: 'Organizations',
    summary: 'Forget an organization and its credentials',
    scope: 'admin',
    params: organizationParams,
    success: { status: 204 },
  },
} as const satisfies Record<string, Route>;

const jobRoutes = {
  createJob: {
    method: 'POST',
    path: '/jobs',
    tag: 'Backup jobs',
    summary: 'Create a backup job',
    scope: 'admin',
    body: JobCreate,
    success: { status: 201, body: Job },
  },
  listJobs: {
    method: 'GET',
    path: '/jobs',
    tag: 'Backup jobs',
    summary: 'List backup jobs',
    scope: 'read',
    query: PageQuery,
    success: { status: 200, body: JobPage },
  },
  getJob: {
    method: 'GET',
    path: '/jobs/{job}',
    tag: 'Backup jobs',
    summary: 'Show a backup job',
    scope: 'read',
    params: jobParams,
    success: { status: 200, body: Job },
  },
  startJob: {
    method: 'POST',
    path: '/jobs/{job}/start',
    tag: 'Backup jobs',
    summary: 'Start a session of a backup job',
    scope: 'operate',
    params: jobParams,
    body: JobStart,
    success: { status: 202, body: Session },
    idempotent: true,
  },
  updateJob: {
    method: 'PATCH',
    path: '/jobs/{job}',
    tag: 'Backup jobs',
    summary: 'Change the retention of a backup job',
    scope: 'admin',
    params: jobParams,
    body: JobUpdate,
    success: { status: 200, body: Job },
  },
  deleteJob: {
    method: 'DELETE',
    path: '/jobs/{job}',
    tag: 'Backup jobs',
    summary: 'Delete a backup job; its open session is closed, its restore points stay',
    scope: 'admin',
    params: jobParams,
    success: { status: 204 },
  },
} as const satisfies Record<string, Route>;

const copyJobRoutes = {
  createCopyJob: {
    method: 'POST',
    path: '/copy-jobs',
    tag: 'Backup copy jobs',
    summary: 'Create a backup copy job for a backup job',
    scope: 'admin',
    body: CopyJobCreate,
    success: { status: 201, body: CopyJob },
  },
  listCopyJobs: {
    method: 'GET',
    path: '/copy-jobs',
    tag: 'Backup copy jobs',
    summary: 'List backup copy jobs',
    scope: 'read',
    query: PageQuery,
    success: { status: 200, body: CopyJobPage },
  },
  getCopyJob: {
    method: 'GET',
    path: '/copy-jobs/{copyJob}',
    tag: 'Backup copy jobs',
    summary: 'Show a backup copy job',
    scope: 'read',
    params: copyJobParams,
    success: { status: 200, body: CopyJob },
  },
  startCopyJob: {
    method: 'POST',
    path: '/copy-jobs/{copyJob}/start',
    tag: 'Backup copy jobs',
    summary: 'Copy the newest restore point of the backup job',
    scope: 'operate',
    params: copyJobParams,
    body: CopyJobStart,
    success: { status: 202, body: Session },
    idempotent: true,
  },
  deleteCopyJob: {
    method: 'DELETE',
    path: '/copy-jobs/{copyJob}',
    tag: 'Backup copy jobs',
    summary: 'Delete a backup copy job; its open session is closed, its copies stay',
    scope: 'admin',
    params: copyJobParams,
    success: { status: 204 },
  },
} as const satisfies Record<string, Route>;

export const workRoutes = { ...organizationRoutes, ...jobRoutes, ...copyJobRoutes } as const;
