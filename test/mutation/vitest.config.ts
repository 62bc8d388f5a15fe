import { defineConfig } from 'vitest/config'

<<<<<<< HEAD
// The tests that `npm run mutate` runs against the mutants of one group; the group names their files or folders (scripts/mutate.mjs).
=======
// The tests that `npm run mutate` runs against the mutants of one group; the group names files and folders (scripts/mutate.mjs).
const without = process.env['MUTATE_WITHOUT']
>>>>>>> 90aa879 (server: test what small changes of the token service would break)
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
