import { defineConfig } from 'vitest/config'

// Two projects: `unit` needs nothing but Node; `pcsc` needs a private pcscd (see scripts/test.mjs).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/pcsc/**'],
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
