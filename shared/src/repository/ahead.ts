/**
 * Results in the order of the inputs, with up to `width` of them on their way.
 * The first error ends it; what is still on its way is left to end by itself.
 */
export async function* ahead<In, Out>(
  inputs: AsyncIterable<In> | Iterable<In>,
  width: number,
  work: (input: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const running: Promise<Out>[] = [];
  for await (const input of inputs) {
    const result = work(input);
    // Its error is met when its turn comes.
    result.catch(() => undefined);
    running.push(result);
    const first = running.length >= width ? running.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const result of running) yield await result;
}
