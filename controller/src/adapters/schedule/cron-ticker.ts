import type { Logger } from '@firn/shared/observe/logger';
import { schedule } from 'node-cron';
import type { Ticker } from '../../ports/calendar.ts';

/**
 * node-cron only says when to look. It reads no schedule of a job: it has no run at
 * 02:30 on the day when clocks go forward.
 */
export function makeCronTicker(logger: Logger): Ticker {
  return {
    start: (work) => {
      let running = Promise.resolve();
      const tick = () => {
        running = work();
        return running;
      };
      const task = schedule('*/5 * * * * *', tick, {
        timezone: 'Etc/UTC',
        noOverlap: true,
        // A tick that comes late is no loss: the next one finds what is due.
        suppressMissedWarning: true,
        logger: makeCronLogger(logger),
      });
      return async () => {
        await task.destroy();
        await running;
      };
    },
  };
}

/** What node-cron would write to the console. */
function makeCronLogger(logger: Logger) {
  const warn = (message: string | Error) => logger.warn('ticker.warned', { message });
  const silent = () => undefined;
  return { info: silent, debug: silent, warn, error: warn };
}
