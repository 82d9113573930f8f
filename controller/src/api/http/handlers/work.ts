import {
  createCopyJob,
  deleteCopyJob,
  findCopyJob,
  startCopyJob,
} from '../../../app/resources/copy-jobs.ts';
import { createJob, deleteJob, findJob, startJob, updateJob } from '../../../app/resources/jobs.ts';
import {
  createOrganization,
  deleteOrganization,
  findOrganization,
} from '../../../app/resources/organizations.ts';
import { encodeCopyJob, encodeJob, encodeOrganization, encodeSession } from '../encode.ts';
import { encodePage, type Handlers, pageRequest } from '../handler.ts';

type Organizations =
  | 'createOrganization'
  | 'listOrganizations'
  | 'getOrganization'
  | 'deleteOrganization';

export const organizationHandlers: Handlers<Organizations> = {
  createOrganization: async ({ context, body }) =>
    encodeOrganization(await createOrganization(context, body)),
  listOrganizations: async ({ context, query }) =>
    encodePage(await context.database.organizations.list(pageRequest(query)), encodeOrganization),
  getOrganization: async ({ context, params }) =>
    encodeOrganization(await findOrganization(context, params.organization)),
  deleteOrganization: async ({ context, params }) => {
    await deleteOrganization(context, params.organization);
    return undefined;
  },
};

type Jobs = 'createJob' | 'listJobs' | 'getJob' | 'startJob' | 'updateJob' | 'deleteJob';

export const jobHandlers: Handlers<Jobs> = {
  createJob: async ({ context, body }) => encodeJob(await createJob(context, body)),
  listJobs: async ({ context, query }) =>
    encodePage(await context.database.jobs.list(pageRequest(query)), encodeJob),
  getJob: async ({ context, params }) => encodeJob(await findJob(context, params.job)),
  startJob: async ({ context, params, body }) =>
    encodeSession(await startJob(context, params.job, body.full ?? false)),
  updateJob: async ({ context, params, body }) =>
    encodeJob(await updateJob(context, params.job, body)),
  deleteJob: async ({ context, params }) => {
    await deleteJob(context, params.job);
    return undefined;
  },
};

type CopyJobs = 'createCopyJob' | 'listCopyJobs' | 'getCopyJob' | 'startCopyJob' | 'deleteCopyJob';

export const copyJobHandlers: Handlers<CopyJobs> = {
  createCopyJob: async ({ context, body }) => encodeCopyJob(await createCopyJob(context, body)),
  listCopyJobs: async ({ context, query }) =>
    encodePage(await context.database.copyJobs.list(pageRequest(query)), encodeCopyJob),
  getCopyJob: async ({ context, params }) =>
    encodeCopyJob(await findCopyJob(context, params.copyJob)),
  startCopyJob: async ({ context, params, body }) =>
    encodeSession(await startCopyJob(context, params.copyJob, body)),
  deleteCopyJob: async ({ context, params }) => {
    await deleteCopyJob(context, params.copyJob);
    return undefined;
  },
};
