import type { Route } from '../route.ts';
import { closed, IdOrName, PageQuery } from '../schemas/fields.ts';
import {
  CopyJob,
  CopyJobCreate,
  CopyJobPage,
  CopyJobStart,
  CopyJobUpdate,
  Job,
  JobCreate,
  JobDelete,
  JobPage,
  JobStart,
  JobUpdate,
} from '../schemas/job.ts';
import { Organization, OrganizationCreate, OrganizationPage } from '../schemas/organization.ts';
import { SlotPage } from '../schemas/schedule.ts';
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
    summary: 'Change the schedule or the retention of a backup job',
    scope: 'admin',
    params: jobParams,
    body: JobUpdate,
    success: { status: 200, body: Job },
  },
  listJobSlots: {
    method: 'GET',
    path: '/jobs/{job}/slots',
    tag: 'Backup jobs',
    summary: "What became of a backup job's times, newest first",
    scope: 'read',
    params: jobParams,
    query: PageQuery,
    success: { status: 200, body: SlotPage },
  },
  deleteJob: {
    method: 'DELETE',
    path: '/jobs/{job}',
    tag: 'Backup jobs',
    summary: 'Delete a backup job; its open session is closed, its restore points stay',
    scope: 'admin',
    params: jobParams,
    query: JobDelete,
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
    summary: 'Copy the restore point that waits longest, else the newest of the backup job',
    scope: 'operate',
    params: copyJobParams,
    body: CopyJobStart,
    success: { status: 202, body: Session },
    idempotent: true,
  },
  updateCopyJob: {
    method: 'PATCH',
    path: '/copy-jobs/{copyJob}',
    tag: 'Backup copy jobs',
    summary: 'Change the schedule of a backup copy job',
    scope: 'admin',
    params: copyJobParams,
    body: CopyJobUpdate,
    success: { status: 200, body: CopyJob },
  },
  listCopyJobSlots: {
    method: 'GET',
    path: '/copy-jobs/{copyJob}/slots',
    tag: 'Backup copy jobs',
    summary: "What became of a copy job's times and restore points, newest first",
    scope: 'read',
    params: copyJobParams,
    query: PageQuery,
    success: { status: 200, body: SlotPage },
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
