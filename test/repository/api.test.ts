import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { apiReport } from '../../scripts/lib/api-report.mjs'

test('docs/api.md is the public interface as built: `npm run docs:api` writes it, and the change is to be meant', () => {
  const written = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
  expect(apiReport().split('\n')).toEqual(written.split('\n'))
}, 60_000)
