/** Many persons at once, for a long time. */

import type { Verdict } from '../../verdict.ts'
import { type DeskProbe, notOwn, residents } from '../desk-probe.ts'
import { type DeskCase, deskCase, slow, verdictOf, worst } from './desk-case.ts'

export const loadCase: DeskCase = deskCase(
  'load',
  'accept',
  {
    id: 'high-load',
    incidents: ['I1', 'I3'],
    title: {
      en: 'Twenty cards at all terminals at once, hundreds of documents, each asked for twice at the same moment',
      ja: '全端末での20枚のカードによる数百件の同時の申請（受取要求は同時に2度）',
    },
    why: {
      en: 'In 2023 ten documents went to others when the load of March exceeded a limit. Each terminal opens its own, and none is released twice.',
      ja: '2023年3月の繁忙期に、負荷が上限を超え、10件が別の人に渡りました。各端末は自分の証明書だけを一度だけ受け取れなければなりません。',
    },
  },
  async (probe) => {
    // So that documents are ready in another order than they were asked for.
    probe.town.set({ composer: (document, order) => slow(Math.random() * 60)(document, order) })
    let left = probe.cases
    const cases = new Set<string>()
    let count = 0
    const workers = Array.from({ length: residents }, async (_, n): Promise<Verdict> => {
      let last: Verdict = { result: 'passed', reason: 'as-expected', came: '' }
      while (left > 0 && last.result === 'passed') {
        left -= 1
        last = await verdictOf(one(probe, n + count, cases))
        count += 1
      }
      if (last.result !== 'passed') left = 0
      return last
    })
    const found = worst(await Promise.all(workers))
    const came = `${count}`
    return found.result === 'passed' ? { ...found, came } : { ...found, came: `${found.came} (${came})` }
  },
)

async function one(probe: DeskProbe, n: number, cases: Set<string>): Promise<Verdict> {
  const opened = await probe.open(probe.terminalOf(n))
  const { id } = opened.case
  if (cases.has(id)) return { result: 'failed', reason: 'other-transaction', came: '201' }
  cases.add(id)
  const { fence } = await probe.sealed(opened)
  const both = await Promise.all([probe.receive(opened, fence), probe.receive(opened, fence)])
  const brought = both.filter(({ document }) => document !== 'none')
  if (brought.length > 1) return { result: 'failed', reason: 'released-twice', came: '200' }
  const { answer, document } = brought[0] ?? both[0]
  return notOwn(answer, document) ?? probe.printed(opened, (await probe.seen(opened))?.fence)
}
