import type { ApplianceSettings, LauncherKind } from '../domain/appliance-settings.ts';

/** Opens the launcher of a place; the same settings always reach the same machines. */
export interface ApplianceLaunchers {
  /** No call. E_REQUEST_INVALID: the controller cannot reach this kind of place. */
  open(settings: ApplianceSettings): ApplianceLauncher;
}

/**
 * Whose an appliance is. Every machine, disk and interface of it carries both
 * values as tags, and is told from all else by the values, never by a name.
 */
export interface ApplianceTags {
  readonly installationId: string;
  readonly workerId: string;
}

export interface ApplianceOrder extends ApplianceTags {
  /** One-time: controller URL, pin of its CA, token. The only secret it is given. */
  readonly joinString: string;
  /** The machine ends itself after so long, whatever it does. */
  readonly lifeMs: number;
}

/**
 * What is about to be asked of a cloud, exactly. It MUST be stored before the
 * call, and is given as it was stored after every lost reply and to every other
 * controller. It holds the join string: store it sealed.
 */
export interface LaunchIntent extends ApplianceTags {
  readonly launcher: LauncherKind;
  /** Sent as it is; the token that makes it repeatable is in it. */
  readonly request: string;
}

/** One way to ask; the ways of a launcher are in order of preference. */
export interface LaunchChoice {
  /** For people: "c7g.large, spot, subnet-1" */
  readonly description: string;
  /** US dollars, an estimate; undefined: not in the table. 0: costs nothing more. */
  readonly dollarsPerHour: number | undefined;
}

/** What a cloud shows of an appliance. */
export interface ApplianceSighting extends ApplianceTags {
  /** As the cloud calls it, for people and logs: i-…, a machine's name, a process. */
  readonly handle: string;
  /**
   * `leftovers`: the machine is gone, or never came to be, and a disk or an
   * interface is still there. `stopped`: off, and in some clouds billed.
   * *Running* says nothing of the program in it.
   */
  readonly state: 'pending' | 'running' | 'stopped' | 'ending' | 'leftovers';
}

/**
 * Starts archiver appliances in one place, and ends them. Safe to call again
 * at any time, by any controller of the installation.
 */
export interface ApplianceLauncher {
  readonly kind: LauncherKind;
  /** Never empty. */
  readonly choices: readonly LaunchChoice[];
  /**
   * How long `find`, `list` and `end` may miss what a call that was not
   * answered has started. An intent whose `launch` gave no sighting has ended
   * only when `end` is true so long after the last `launch`.
   */
  readonly lagMs: number;
  /** How much time a machine needs from its launch to its Hello, at most. */
  readonly bootMsMax: number;

  /** The exact request of one of the choices. No call, nothing is started. */
  prepare(order: ApplianceOrder, choice: LaunchChoice): LaunchIntent;

  /**
   * Sends the intent's request. Repeated, it starts nothing more: the sighting
   * is of the same machine; undefined when that one is known to have ended.
   *
   * E_APPLIANCE_CAPACITY: this choice is not to be had now, and nothing was
   * started: another choice is another intent (another worker, another token).
   * E_APPLIANCE_QUOTA, E_APPLIANCE_PERMISSION (context.permission names it),
   * E_APPLIANCE_FAILED: the operator has to repair something first.
   * E_APPLIANCE_UNANSWERED: nobody knows; repeat with the same intent, or `end` it.
   * After any error something may be left behind: `end` says when it is not.
   */
  launch(intent: LaunchIntent, signal?: AbortSignal): Promise<ApplianceSighting | undefined>;

  /** undefined: the cloud shows nothing of it. */
  find(tags: ApplianceTags, signal?: AbortSignal): Promise<ApplianceSighting | undefined>;

  /** All that carries this installation's tag here, leftovers too; one sighting per worker. */
  list(installationId: string, signal?: AbortSignal): Promise<readonly ApplianceSighting[]>;

  /**
   * Ends the machine and removes what it left. Does not wait for the cloud to be done.
   * @returns true only when the cloud shows no machine, disk or interface of it
   */
  end(tags: ApplianceTags, signal?: AbortSignal): Promise<boolean>;

  /**
   * What the controller is not allowed to do here, by the cloud's own names
   * ("ec2:RunInstances"), asked without starting anything. Some clouds tell of
   * a permission only when it is used: `launch` then names it.
   */
  missingPermissions(signal?: AbortSignal): Promise<readonly string[]>;
}
