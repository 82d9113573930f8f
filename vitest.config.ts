import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '**/src/**/*.test.ts',
      '*/test/**/*.test.ts',
      'test/**/*.test.ts',
      'test/**/*.e2e.ts',
    ],
    exclude: ['**/node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
