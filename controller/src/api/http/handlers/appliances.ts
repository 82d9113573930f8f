import type { ApplianceTemplate } from '@firn/shared/rest/schemas/appliance';
import {
  endApplianceTest,
  getApplianceTest,
  startApplianceTest,
} from '../../../app/appliances/test-appliance.ts';
import {
  createApplianceTemplate,
  deleteApplianceTemplate,
  findApplianceTemplate,
} from '../../../app/resources/appliance-templates.ts';
import type * as resources from '../../../domain/resources.ts';
import { encodePage, type Handlers, pageRequest } from '../handler.ts';

type Appliances =
  | 'createApplianceTemplate'
  | 'listApplianceTemplates'
  | 'getApplianceTemplate'
  | 'deleteApplianceTemplate'
  | 'startApplianceTest'
  | 'getApplianceTest'
  | 'endApplianceTest';

export const applianceHandlers: Handlers<Appliances> = {
  createApplianceTemplate: async ({ context, body }) =>
    encodeTemplate(await createApplianceTemplate(context, body)),
  listApplianceTemplates: async ({ context, query }) =>
    encodePage(await context.database.applianceTemplates.list(pageRequest(query)), encodeTemplate),
  getApplianceTemplate: async ({ context, params }) =>
    encodeTemplate(await findApplianceTemplate(context, params.applianceTemplate)),
  deleteApplianceTemplate: async ({ context, params }) => {
    await deleteApplianceTemplate(context, params.applianceTemplate);
    return undefined;
  },
  startApplianceTest: async ({ context, params }) => {
    const started = await startApplianceTest(context, params.applianceTemplate);
    const { missingPermissions, workerId, choice, handle } = started;
    const dollarsPerHour = choice?.dollarsPerHour;
    return {
      missingPermissions: [...missingPermissions],
      ...(workerId === undefined ? {} : { workerId }),
      ...(choice === undefined ? {} : { choice: choice.description }),
      ...(dollarsPerHour === undefined ? {} : { dollarsPerHour }),
      ...(handle === undefined ? {} : { handle }),
    };
  },
  getApplianceTest: async ({ context, params }) => {
    const test = await getApplianceTest(context, params.applianceTemplate, params.worker);
    const { workerId, reachedController, sighting } = test;
    const seen = sighting && { state: sighting.state, handle: sighting.handle };
    return { workerId, reachedController, ...seen };
  },
  endApplianceTest: async ({ context, params }) => {
    const ended = await endApplianceTest(context, params.applianceTemplate, params.worker);
    return { ...ended, missingPermissions: [...ended.missingPermissions] };
  },
};

function encodeTemplate(row: resources.ApplianceTemplate): ApplianceTemplate {
  const { id, name, settings, keepWarmMinutes, createdAt } = row;
  // As it was checked when it came in.
  return {
    ...{ id, name, keepWarmMinutes, createdAt },
    settings: settings as ApplianceTemplate['settings'],
  };
}
