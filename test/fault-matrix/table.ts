import type { Cell } from './matrix.ts'

/** Faults that are one line of the table. */
const groups: readonly (readonly [string, RegExp])[] = [
  ['pull', /^pull/],
  ['reset', /^reset/],
  ['silent', /^silent/],
  ['slow', /^slow/],
  ['cut', /^cut/],
  ['rubbish', /^rubbish/],
  ['61XX, 6CXX', /^6[1C]/],
  ['63XX', /^63/],
  ['62XX, 64XX to 6FXX', /^6/],
  ['9000 alone', /^9000/],
]

/** The matrix for people: what each fault came to in each flow, and how often. */
export function matrixTable(cells: readonly Cell[]): string {
  const lines = [...new Set(cells.map(({ flow }) => flow))].flatMap((flow) => {
    const mine = cells.filter((cell) => cell.flow === flow)
    return [row(flow, 'all', mine), ...grouped(mine).map(([name, some]) => row('', name, some))]
  })
  return ['| flow | fault | cells | outcomes |', '| --- | --- | --: | --- |', ...lines].join('\n')
}

function grouped(cells: readonly Cell[]): (readonly [string, readonly Cell[]])[] {
  const nameOf = ({ fault }: Cell): string => groups.find(([, match]) => match.test(fault))![0]
  return groups.map(([name]) => [name, cells.filter((cell) => nameOf(cell) === name)])
}

function row(flow: string, fault: string, cells: readonly Cell[]): string {
  return `| ${flow} | ${fault} | ${cells.length} | ${fault === 'all' ? '' : outcomes(cells)} |`
}

/** The most frequent first. */
function outcomes(cells: readonly Cell[]): string {
  const counts = new Map<string, number>()
  for (const { outcome } of cells) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([outcome, count]) => `${outcome} ${count}`)
    .join(', ')
}
