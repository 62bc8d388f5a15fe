import { afterAll, describe, expect, test } from 'vitest'
import { flows } from './flows.ts'
import { type Cell, matrixCards, runFlow } from './matrix.ts'
import { outcomeRows, rowOf } from './outcomes.ts'
import { matrixTable } from './table.ts'

// `npm run matrix` prints the table.
const all: Cell[] = []
const names = Object.keys(flows)

afterAll(() => {
  if (process.env['MATRIX'] !== '1') return
  const exchanges = all.reduce((sum, cell) => sum + cell.exchanges, 0)
  const right = all.filter((cell) => wrongIn(cell) === undefined).length
  console.log(`${matrixTable(all)}\n\n${right} of ${all.length} cells as specified, in ${exchanges} exchanges`)
})

/** What is not as specified, as one line. */
function wrongIn(cell: Cell): string | undefined {
  const { flow, card, at, kind, fault, outcome, broken } = cell
  const allowed: readonly string[] = rowOf(cell)?.allowed ?? []
  if (broken.length === 0 && allowed.includes(outcome)) return undefined
  return [`${flow}, ${card}: ${fault} at ${at} (${kind})`, `ended in ${outcome}, not ${allowed}`, ...broken].join('; ')
}

describe.each(Object.keys(matrixCards))('on a card with %s', (card) => {
  test.each(names)('%s: every fault at every exchange ends as specified', { timeout: 180_000 }, async (flow) => {
    const cells = await runFlow(flow, card)
    all.push(...cells)
    expect(cells.length).toBeGreaterThan(100)
    expect(cells.flatMap((cell) => wrongIn(cell) ?? [])).toEqual([])
  })
})

test('every row of the table decides a cell', ({ skip }) => {
  const seen = new Set(all.map(({ flow, card }) => `${flow}, ${card}`))
  if (seen.size < names.length * Object.keys(matrixCards).length) skip('a part of the matrix only')
  const used = new Set(all.map(rowOf))
  expect(outcomeRows.filter((row) => !used.has(row))).toEqual([])
})
