export interface SimEvent {
  readonly atMs: number;
  /** Breaks ties: the order of scheduling. */
  readonly order: number;
  readonly label: string;
  readonly run: () => void;
}

function isBefore(a: SimEvent, b: SimEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** A binary heap of events: the earliest comes first. */
export class EventHeap {
  readonly #events: SimEvent[] = [];

  get first(): SimEvent | undefined {
    return this.#events[0];
  }

  push(event: SimEvent): void {
    const events = this.#events;
    let i = events.push(event) - 1;
    while (i > 0) {
      const parentIndex = (i - 1) >> 1;
      const parent = events[parentIndex];
      if (parent === undefined || isBefore(parent, event)) break;
      events[i] = parent;
      i = parentIndex;
    }
    events[i] = event;
  }

  pop(): SimEvent | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (last !== undefined && events.length > 0) this.#sink(last);
    return first;
  }

  #sink(event: SimEvent): void {
    const events = this.#events;
    let i = 0;
    for (;;) {
      const left = events[2 * i + 1];
      const right = events[2 * i + 2];
      const isRight = right !== undefined && left !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(event, child)) break;
      events[i] = child;
      i = 2 * i + (isRight ? 2 : 1);
    }
    events[i] = event;
  }
}
