import type { Route } from './route.ts';
import { applianceRoutes } from './routes/appliances.ts';
import { infrastructureRoutes } from './routes/infrastructure.ts';
import { recoveryRoutes } from './routes/recovery.ts';
import { repositoryKeyRoutes } from './routes/repository-keys.ts';
import { sessionRoutes, systemRoutes } from './routes/sessions.ts';
import { workRoutes } from './routes/work.ts';

/** Every operation of the API by its operationId. Paths are below basePath. */
export const routeTable = {
  ...workRoutes,
  ...infrastructureRoutes,
  ...applianceRoutes,
  ...repositoryKeyRoutes,
  ...sessionRoutes,
  ...recoveryRoutes,
  ...systemRoutes,
} as const satisfies Record<string, Route>;

export const basePath = '/api/v1';

export type RouteTable = typeof routeTable;
export type OperationId = keyof RouteTable;
