/** What no session may exceed, however much it has to repack. */
export interface ApplianceLimits {
  /** Appliances that may be there at once, of the whole installation. */
  readonly atOnceMax: number;
  readonly launchesPerHourMax: number;
  /** undefined: no budget. */
  readonly dollarsPerMonthMax?: number | undefined;
}

/** What there is, by the record. */
export interface ApplianceUsage {
  /** Not known to be gone. */
  readonly live: number;
  readonly launchesOfLastHour: number;
  /** Of this month, UTC. */
  readonly dollarsSpent: number;
  /** What those that are there may come to until their deadlines. */
  readonly dollarsReserved: number;
}

/** What one more appliance may cost. The time that it may be kept warm is within its life. */
export interface LaunchEstimate {
  readonly description: string;
  /** undefined: nobody knows. */
  readonly dollarsPerHour: number | undefined;
  readonly lifeMs: number;
  readonly keepWarmMinutes?: number;
}

export interface LimitReached {
  /** It may pass by itself: a place becomes free, an hour goes by. */
  readonly passes: boolean;
  /** It passes when a machine that is there ends. */
  readonly passesWithOneLess: boolean;
  readonly message: string;
}

const hourMs = 60 * 60 * 1000;

/**
 * Why no more may be launched now; undefined: one may. The budget counts the most
 * that everything can come to, so that it holds whatever happens.
 */
export function limitReached(
  usage: ApplianceUsage,
  limits: ApplianceLimits,
  estimate: LaunchEstimate,
): LimitReached | undefined {
  const { atOnceMax, launchesPerHourMax, dollarsPerMonthMax } = limits;
  if (usage.live >= atOnceMax) {
    const message = `${usage.live} of ${atOnceMax} archiver appliances are there`;
    return { passes: true, passesWithOneLess: true, message };
  }
  if (usage.launchesOfLastHour >= launchesPerHourMax) {
    const message = `${usage.launchesOfLastHour} of ${launchesPerHourMax} launches an hour are used`;
    return { passes: true, passesWithOneLess: false, message };
  }
  if (dollarsPerMonthMax === undefined) return undefined;
  const most = mostDollars(estimate);
  if (most === undefined) {
    const message = `the price of ${estimate.description} is not known, and there is a budget`;
    return { passes: false, passesWithOneLess: false, message };
  }
  const committed = usage.dollarsSpent + usage.dollarsReserved;
  if (committed + most <= dollarsPerMonthMax) return undefined;
  const message =
    `the budget is ${dollars(dollarsPerMonthMax)} a month: ${dollars(committed)} are spent or ` +
    `reserved, one more appliance may cost ${dollars(most)}`;
  return { passes: false, passesWithOneLess: true, message };
}

/** If it lives until its deadline. */
function mostDollars({ dollarsPerHour, lifeMs }: LaunchEstimate): number | undefined {
  return dollarsPerHour === undefined ? undefined : (dollarsPerHour * lifeMs) / hourMs;
}

/** For the user, before anything is asked for. */
export function describeEstimate(estimate: LaunchEstimate, usage: ApplianceUsage): string {
  const { description, keepWarmMinutes = 0 } = estimate;
  const price = `${description}; ${describePrice(estimate, usage)}`;
  if (keepWarmMinutes === 0) return price;
  return `${price}; within that, it may wait for more work for ${keepWarmMinutes} minutes`;
}

function describePrice(estimate: LaunchEstimate, { dollarsSpent }: ApplianceUsage): string {
  const { dollarsPerHour = 0 } = estimate;
  const most = mostDollars(estimate);
  if (most === undefined) return 'its price is not known';
  if (most === 0) return 'it costs nothing more';
  const hour = `${dollars(dollarsPerHour)} an hour, ${dollars(most)} at most`;
  return `${hour}; ${dollars(dollarsSpent)} this month so far`;
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}
