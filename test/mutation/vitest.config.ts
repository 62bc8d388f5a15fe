import { defineConfig } from 'vitest/config'

// The tests that `npm run mutate` runs against the mutants of one group; the group names files and folders (scripts/mutate.mjs).
const without = process.env['MUTATE_WITHOUT']
export default defineConfig({
  test: {
    ...(without !== undefined && { testNamePattern: new RegExp(`^(?!.*(?:${without}))`) }),
    include: (process.env['MUTATE_TESTS'] ?? 'test/card')
      .split(' ')
      .map((place) => (place.endsWith('.ts') ? place : `${place}/**/*.test.ts`)),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: ['test/support/identity-setup.ts', 'test/server/issued-once.ts'],
  },
})
