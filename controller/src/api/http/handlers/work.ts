import {
  createCopyJob,
  deleteCopyJob,
  findCopyJob,
  startCopyJob,
  updateCopyJob,
} from '../../../app/resources/copy-jobs.ts';
import { createJob, deleteJob, findJob, startJob, updateJob } from '../../../app/resources/jobs.ts';
import {
  createOrganization,
  deleteOrganization,
  findOrganization,
} from '../../../app/resources/organizations.ts';
import { encodeOrganization, encodeSession } from '../encode.ts';
import { encodeCopyJob, encodeJob, encodeSlot } from '../encode-jobs.ts';
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

type Jobs =
  | 'createJob'
  | 'listJobs'
  | 'getJob'
  | 'startJob'
  | 'updateJob'
  | 'listJobSlots'
  | 'deleteJob';

export const jobHandlers: Handlers<Jobs> = {
  createJob: async ({ context, body }) => encodeJob(await createJob(context, body)),
  listJobs: async ({ context, query }) =>
    encodePage(await context.database.jobs.list(pageRequest(query)), encodeJob),
  getJob: async ({ context, params }) => encodeJob(await findJob(context, params.job)),
  startJob: async ({ context, params, body }) =>
    encodeSession(await startJob(context, params.job, body.full ?? false)),
  updateJob: async ({ context, params, body }) =>
    encodeJob(await updateJob(context, params.job, body)),
  listJobSlots: async ({ context, params, query }) => {
    const { id } = await findJob(context, params.job);
    return encodePage(await context.database.schedules.slots(id, pageRequest(query)), encodeSlot);
  },
  deleteJob: async ({ context, params, query }) => {
    await deleteJob(context, params.job, query.withCopyJobs ?? false);
    return undefined;
  },
};

type CopyJobs =
  | 'createCopyJob'
  | 'listCopyJobs'
  | 'getCopyJob'
  | 'startCopyJob'
  | 'updateCopyJob'
  | 'listCopyJobSlots'
  | 'deleteCopyJob';

export const copyJobHandlers: Handlers<CopyJobs> = {
  createCopyJob: async ({ context, body }) => encodeCopyJob(await createCopyJob(context, body)),
  listCopyJobs: async ({ context, query }) =>
    encodePage(await context.database.copyJobs.list(pageRequest(query)), encodeCopyJob),
  getCopyJob: async ({ context, params }) =>
    encodeCopyJob(await findCopyJob(context, params.copyJob)),
  startCopyJob: async ({ context, params, body }) =>
    encodeSession(await startCopyJob(context, params.copyJob, body)),
  updateCopyJob: async ({ context, params, body }) =>
    encodeCopyJob(await updateCopyJob(context, params.copyJob, body)),
  listCopyJobSlots: async ({ context, params, query }) => {
    const { id } = await findCopyJob(context, params.copyJob);
    return encodePage(await context.database.schedules.slots(id, pageRequest(query)), encodeSlot);
  },
  deleteCopyJob: async ({ context, params }) => {
    await deleteCopyJob(context, params.copyJob);
    return undefined;
  },
};
