import type { Session, SessionProgress } from '@firn/shared/rest/schemas/session';
import { SingleBar } from 'cli-progress';
import { formatBytes, formatCount } from './quantity.ts';
import type { Terminal } from './terminal.ts';

/** Shows the progress of one session: a bar on a terminal, else nothing. */
export interface ProgressView {
  show(progress: SessionProgress): void;
  stop(): void;
}

const silent: ProgressView = { show: () => undefined, stop: () => undefined };

export function makeProgressView(terminal: Terminal, kind: Session['kind']): ProgressView {
  return terminal.interactive ? barView(kind) : silent;
}

function barView(kind: Session['kind']): ProgressView {
  const bar = new SingleBar({
    format: `  ${kind} {bar} {done}/{of} {unit}  {text}`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
    etaBuffer: 50,
  });
  bar.start(1, 0, { done: 0, of: '?', unit: '', text: '' });
  return {
    show: (progress) => {
      const { done, of, unit } = measure(progress);
      bar.setTotal(Math.max(of, 1));
      bar.update(Math.min(done, Math.max(of, 1)), { done, of, unit, text: describe(progress) });
    },
    stop: () => bar.stop(),
  };
}

/** Packs where their number is known (copies, retrievals), else objects. */
function measure(progress: SessionProgress) {
  const { packs, packsTotal, objectsDone, objectsTotal } = progress;
  return packsTotal > 0
    ? { done: packs, of: packsTotal, unit: 'packs' }
    : { done: objectsDone, of: objectsTotal, unit: 'objects' };
}

function describe(progress: SessionProgress): string {
  const failed = progress.itemsFailed === 0 ? '' : `, ${progress.itemsFailed} failed`;
  return `${formatCount(progress.items)} items, ${formatBytes(progress.bytes)}${failed}`;
}
