/** In [0, 1), for jitter; never for ids or keys. */
export const systemRandom = (): number => Math.random();
