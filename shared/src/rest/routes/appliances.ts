import type { Route } from '../route.ts';
import {
  ApplianceTemplate,
  ApplianceTemplateCreate,
  ApplianceTemplatePage,
  ApplianceTest,
  ApplianceTestEnd,
  ApplianceTestState,
} from '../schemas/appliance.ts';
import { closed, Id, IdOrName, PageQuery } from '../schemas/fields.ts';

const tag = 'Archiver appliances';
const templateParams = closed({ applianceTemplate: IdOrName });
const testParams = closed({ applianceTemplate: IdOrName, worker: Id });

/** Templates of archiver appliances, and trying them. */
export const applianceRoutes = {
  createApplianceTemplate: {
    method: 'POST',
    path: '/appliance-templates',
    tag,
    summary: 'Say where appliances may be started, and as what',
    scope: 'admin',
    body: ApplianceTemplateCreate,
    success: { status: 201, body: ApplianceTemplate },
  },
  listApplianceTemplates: {
    method: 'GET',
    path: '/appliance-templates',
    tag,
    summary: 'List appliance templates',
    scope: 'read',
    query: PageQuery,
    success: { status: 200, body: ApplianceTemplatePage },
  },
  getApplianceTemplate: {
    method: 'GET',
    path: '/appliance-templates/{applianceTemplate}',
    tag,
    summary: 'Show an appliance template',
    scope: 'read',
    params: templateParams,
    success: { status: 200, body: ApplianceTemplate },
  },
  deleteApplianceTemplate: {
    method: 'DELETE',
    path: '/appliance-templates/{applianceTemplate}',
    tag,
    summary: 'Delete an appliance template that no copy job uses',
    scope: 'admin',
    params: templateParams,
    success: { status: 204 },
  },
  startApplianceTest: {
    method: 'POST',
    path: '/appliance-templates/{applianceTemplate}/tests',
    tag,
    summary: 'Start an appliance that gets no work, or name what is missing for it',
    scope: 'admin',
    params: templateParams,
    success: { status: 201, body: ApplianceTest },
  },
  getApplianceTest: {
    method: 'GET',
    path: '/appliance-templates/{applianceTemplate}/tests/{worker}',
    tag,
    summary: 'Show how far the appliance of a test is',
    scope: 'read',
    params: testParams,
    success: { status: 200, body: ApplianceTestState },
  },
  endApplianceTest: {
    method: 'DELETE',
    path: '/appliance-templates/{applianceTemplate}/tests/{worker}',
    tag,
    summary: 'Remove the appliance of a test; repeat until it is removed',
    scope: 'admin',
    params: testParams,
    success: { status: 200, body: ApplianceTestEnd },
  },
} as const satisfies Record<string, Route>;
