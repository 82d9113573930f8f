import { AppError } from '@firn/shared/errors/app-error';
import type { ApplianceLaunchers } from '../ports/appliance-launcher.ts';
import { makeProcessLauncher, type ProcessLauncherOptions } from './process/process-launcher.ts';

/** One launcher per kind of place. */
export function makeLaunchers(options: ProcessLauncherOptions): ApplianceLaunchers {
  const onThisMachine = makeProcessLauncher(options);
  return {
    open: (settings) => {
      if (settings.launcher === 'process') return onThisMachine;
      const message = `this controller has no launcher "${settings.launcher}"`;
      throw new AppError('E_REQUEST_INVALID', message);
    },
  };
}
