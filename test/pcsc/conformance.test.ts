import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bindingNames } from '../../src/transport/pcsc/index.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { compiled, Fixture } from '../support/pcscd-fixture.ts'
import { exchangeCases } from './exchange-cases.ts'
import { lossCases } from './loss-cases.ts'
import { processCases } from './process-cases.ts'
import { documentedTable, Results, writeDocumentedTable } from './results.ts'
import { serviceCases } from './service-cases.ts'

// Run with: node scripts/with-pcscd.mjs npx vitest run --project pcsc test/pcsc/conformance.test.ts
// UPDATE_READERS=1 writes the outcome to docs/readers.md.

const cases = [...exchangeCases, ...lossCases, ...serviceCases, ...processCases]
const results = new Results()
let pcscd: Pcscd
let fixture: Fixture

beforeAll(async () => {
  compiled('')
  pcscd = await startPcscd()
})
afterAll(() => pcscd?.stop())

describe.each(bindingNames)('%s', (binding) => {
  beforeEach(async () => {
    await pcscd.restart()
    fixture = new Fixture(binding, pcscd)
  })
  afterEach(() => fixture.cleanUp())

  test.each(cases)('$title', async ({ title, run }) => {
    results.record(title, binding, 'FAILED')
    results.record(title, binding, (await run(fixture)) ?? 'ok')
  })
})

test('docs/readers.md shows these results', () => {
  const table = results.table(bindingNames)
  if (process.env['UPDATE_READERS'] === '1') writeDocumentedTable(table)
  expect(documentedTable()).toBe(table)
})
