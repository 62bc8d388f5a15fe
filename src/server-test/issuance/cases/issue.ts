/** Documents that must be issued. */

import { setTimeout as sleep } from 'node:timers/promises'
import { verdict } from '../../verdict.ts'
import { notOwn } from '../desk-probe.ts'
import { type DeskCase, deskCase, worst } from './desk-case.ts'

/** Without it, nothing else proves anything: run first. */
export const control: DeskCase = deskCase(
  'issue',
  'accept',
  {
    id: 'issue-to-the-end',
    title: {
      en: 'Card, case, document and collection, one after the other',
      ja: 'カード、受付、証明書、受取までの一連の流れ',
    },
    why: {
      en: 'The server must ask the registers and the composer of the evaluation, and the terminal must open exactly what was composed for it.',
      ja: 'サーバーは評価用の台帳と帳票作成に問い合わせ、端末はその申請のために作成された証明書だけを開けなければなりません。',
    },
  },
  async (probe) => {
    await probe.settleIn()
    const issued = await probe.issue()
    const { residents, copy, composer } = probe.town.counts
    if (issued.result === 'passed' && (residents === 0 || copy === 0 || composer === 0)) {
      return { result: 'failed', reason: 'town-not-asked', came: `${residents}, ${copy}, ${composer}` }
    }
    return issued
  },
)

const onlySealed: DeskCase = deskCase(
  'issue',
  'accept',
  {
    id: 'document-only-sealed',
    title: {
      en: 'Everything a terminal receives until a document is printed',
      ja: '印刷までに端末が受け取るすべての応答',
    },
    why: {
      en: 'Pages and the marker of the person are in the sealed document only: what else is sent could be read by others at the terminal.',
      ja: 'ページや本人の識別子は、封をした証明書の中だけになければなりません。それ以外は端末の別の人に読まれるおそれがあります。',
    },
  },
  async (probe) => {
    const visit = await probe.visit()
    const answer = await probe.submit(visit)
    const one = probe.openedBy(visit, answer) ?? (await probe.opened(visit))
    const { fence } = await probe.sealed(one)
    const state = await probe.state(one.case.id, one.terminal)
    const released = await probe.receive(one, fence)
    const wrong = notOwn(released.answer, released.document)
    if (wrong !== undefined) return wrong
    // The beginning of a page of PDF in base64, and its marker.
    const open = [answer, state, released.answer].find(
      (one) => one.kind === 'answer' && /canary-|JVBERi0/.test(one.text),
    )
    if (open !== undefined) return verdict('failed', 'personal-data', open)
    return verdict('passed', 'as-expected', released.answer)
  },
)

/** Last: whatever was sent before, the server still does right. */
export const lastIssue: DeskCase = deskCase(
  'issue',
  'accept',
  {
    id: 'issue-at-the-end',
    title: { en: 'A whole visit after all other cases', ja: '他のすべての試験の後の一連の流れ' },
    why: {
      en: 'No fault, stop or restart may leave the server unable to issue.',
      ja: '異常・停止・再起動の後に、発行できないままになってはなりません。',
    },
  },
  (probe) => probe.issue(),
)

/** Times between two requests, milliseconds. */
const gaps = [0, 1, 10, 100, 500, 1_000] as const

const simultaneous: readonly DeskCase[] = gaps.map((gap) =>
  deskCase(
    'simultaneous',
    'accept',
    {
      id: `simultaneous-${gap}-ms`,
      incidents: ['I1', 'I3'],
      title: {
        en: `Requests at all terminals, ${gap} ms apart, of which every other takes longer to compose`,
        ja: `全端末での ${gap} ミリ秒間隔の申請（1件おきに作成に時間がかかる）`,
      },
      why: {
        en: 'In 2023 a document was overwritten by that of a request within the same second in another shop. Each terminal must open its own.',
        ja: '2023年に、同じ1秒の間の別の店舗の申請で証明書が上書きされました。各端末は自分の証明書だけを開けなければなりません。',
      },
    },
    async (probe) => {
      const count = gap >= 500 ? 4 : 8
      const visits = []
      for (let n = 0; n < count; n++) visits.push(await probe.visit(probe.terminalOf(n)))
      const late = new Set(visits.flatMap(({ canary }, n) => (n % 2 === 0 ? [canary.subject] : [])))
      probe.town.set({
        composer: async (document, order) => {
          if (late.has(order.subject)) await sleep(gap + 400)
          return document
        },
      })
      return worst(
        await Promise.all(
          visits.map(async (visit, n) => {
            await probe.probe.wait(n * gap)
            return probe.collect(await probe.opened(visit))
          }),
        ),
      )
    },
  ),
)

export const issueCases: readonly DeskCase[] = [onlySealed, ...simultaneous]
