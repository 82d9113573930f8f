import { type PathSegment, parsePath } from './path-segments.ts';

/** A route found for a path, with what its pattern captured. */
export interface RouteMatch<R> {
  readonly route: R;
  readonly params: ReadonlyMap<string, string>;
  readonly args: ReadonlyMap<string, string>;
}

/** The result of a look-up: `methods` tells which methods the path knows when none matched. */
export interface RouteLookup<R> {
  readonly match: RouteMatch<R> | undefined;
  readonly methods: readonly string[];
}

type Step =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'function'; readonly text: string }
  | { readonly kind: 'capture' | 'colon-path' | 'rest'; readonly text: string };

interface Entry<R> {
  readonly route: R;
  readonly steps: readonly Step[];
}

/** Routes by pattern. Earlier literals win over captures, whatever the order of registration. */
export class RouteTable<R extends { readonly method: string; readonly pattern: string }> {
  readonly #entries: Entry<R>[] = [];

  add(route: R): void {
    const entry = { route, steps: parsePattern(route.pattern) };
    this.#entries.push(entry);
    this.#entries.sort((a, b) => weigh(a.steps).localeCompare(weigh(b.steps)));
  }

  find(method: string, path: string): RouteLookup<R> {
    const segments = parsePath(path);
    const methods: string[] = [];
    for (const { route, steps } of this.#entries) {
      const captured = matchSteps(steps, segments);
      if (!captured) continue;
      if (route.method === method) return { match: { route, ...captured }, methods };
      methods.push(route.method);
    }
    return { match: undefined, methods };
  }
}

function parsePattern(pattern: string): readonly Step[] {
  return pattern
    .split('/')
    .filter((part) => part !== '')
    .map((part): Step => {
      const inner = /^\{(.+)\}$/.exec(part)?.[1];
      if (inner?.endsWith('*')) return { kind: 'rest', text: inner.slice(0, -1) };
      if (inner?.endsWith(':')) return { kind: 'colon-path', text: inner.slice(0, -1) };
      if (inner !== undefined) return { kind: 'capture', text: inner };
      if (part.endsWith('()')) return { kind: 'function', text: part.slice(0, -2).toLowerCase() };
      return { kind: 'literal', text: part.toLowerCase() };
    });
}

/** Sorts literals before captures, step by step. */
function weigh(steps: readonly Step[]): string {
  const weights = { literal: 'a', function: 'a', 'colon-path': 'b', capture: 'c', rest: 'd' };
  return steps.map((step) => weights[step.kind]).join('');
}

function matchSteps(
  steps: readonly Step[],
  segments: readonly PathSegment[],
): Pick<RouteMatch<unknown>, 'params' | 'args'> | undefined {
  const params = new Map<string, string>();
  const args = new Map<string, string>();
  for (const [i, step] of steps.entries()) {
    if (step.kind === 'rest') {
      params.set(
        step.text,
        segments
          .slice(i)
          .map(({ text }) => text)
          .join('/'),
      );
      return { params, args };
    }
    const segment = segments[i];
    if (!segment || !matchStep(step, segment)) return undefined;
    if (step.kind === 'capture' || step.kind === 'colon-path') params.set(step.text, segment.text);
    for (const [name, value] of segment.args) args.set(name, value);
  }
  return segments.length === steps.length ? { params, args } : undefined;
}

function matchStep(step: Step, segment: PathSegment): boolean {
  if (step.kind === 'capture') return segment.kind === 'name' || segment.kind === 'key';
  if (step.kind === 'colon-path') return segment.kind === 'colon-path';
  if (segment.kind === 'key' || segment.kind === 'colon-path') return false;
  const written = segment.text.toLowerCase();
  const name = written.startsWith('microsoft.graph.') ? written.slice(16) : written;
  if (step.kind === 'function') return name === step.text;
  return segment.kind === 'name' && (written === step.text || name === step.text);
}
