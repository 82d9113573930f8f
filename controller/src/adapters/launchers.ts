import type { Clock } from '@firn/shared/time/clock';
import type { ApplianceSettings } from '../domain/appliance-settings.ts';
import type { ApplianceLauncher, ApplianceLaunchers } from '../ports/appliance-launcher.ts';
import { makeAzureLauncher } from './azure/azure-launcher.ts';
import { makeEc2Launcher } from './ec2/ec2-launcher.ts';
import { makeKubernetesLauncher } from './kubernetes/kubernetes-launcher.ts';
import { makeProcessLauncher, type ProcessLauncherOptions } from './process/process-launcher.ts';

/** One launcher for each place, kept: it holds connections and credentials. */
export function makeLaunchers(options: ProcessLauncherOptions): ApplianceLaunchers {
  const onThisMachine = makeProcessLauncher(options);
  const opened = new Map<string, ApplianceLauncher>();
  return {
    open: (settings) => {
      if (settings.launcher === 'process') return onThisMachine;
      const key = JSON.stringify(settings);
      const launcher = opened.get(key) ?? makeCloudLauncher(settings, options.clock);
      opened.set(key, launcher);
      return launcher;
    },
  };
}

type CloudSettings = Exclude<ApplianceSettings, { readonly launcher: 'process' }>;

function makeCloudLauncher(settings: CloudSettings, clock: Clock): ApplianceLauncher {
  switch (settings.launcher) {
    case 'ec2':
      return makeEc2Launcher(settings);
    case 'azure':
      return makeAzureLauncher(settings, { clock });
    case 'kubernetes':
      return makeKubernetesLauncher(settings);
  }
}
