import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { brief } from './test/support/scale.ts'

// Two projects: `unit` needs nothing but Node; `pcsc` needs a private pcscd (see scripts/test.mjs).
export default defineConfig({
  test: {
    // One more than processors: the long tests of servers and processes mostly wait.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          // Not for every Node.js version: what these find is in the library or in a page, not in the engine.
          exclude: ['test/pcsc/**', ...(brief ? ['test/fault-matrix/matrix.test.ts', 'test/kiosk-web/**'] : [])],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          globalSetup: 'test/support/identity-setup.ts',
        },
      },
      {
        test: {
          name: 'pcsc',
          include: ['test/pcsc/**/*.test.ts'],
          fileParallelism: false,
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          globalSetup: 'test/support/identity-setup.ts',
        },
      },
    ],
  },
})
