/** Requests about cases with faults in them. */

import type { Answer } from '../../client.ts'
import { expectRefusal, type Verdict } from '../../verdict.ts'
import type { DeskProbe } from '../desk-probe.ts'
import { type DeskCase, deskCase, worst } from './desk-case.ts'

const codes = [
  'ERR_REQUEST',
  'ERR_DOCUMENT',
  'ERR_CASE_UNKNOWN',
  'ERR_CASE_STATE',
  'ERR_NOT_FOUND',
  'ERR_TOKEN',
  'ERR_TOKEN_TERMINAL',
]

/** Each must be refused, and issuing goes on. */
async function allRefused(answers: readonly Answer[], probe: DeskProbe): Promise<Verdict> {
  const refused = worst(answers.map((answer) => expectRefusal(answer, { codes })))
  if (refused.result !== 'passed') return refused
  const rest = await probe.issue()
  return rest.result === 'passed' ? refused : rest
}

const documents: DeskCase = deskCase(
  'request',
  'refuse',
  {
    id: 'documents-wrong',
    codes,
    title: {
      en: 'Cases for no document, for 17, for none, half and 100 copies, for one kind twice, and for other types',
      ja: '証明書0件・17件、0部・半部・100部、同じ種類の重複、型の誤りでの受付',
    },
    why: {
      en: 'What the holder asked for must be clear before it is composed and paid for.',
      ja: '作成と支払いの前に、申請の内容が明確でなければなりません。',
    },
  },
  async (probe) => {
    const { document } = probe
    const wrong: readonly unknown[] = [
      [],
      Array.from({ length: 17 }, (_, n) => ({ document: `${document}-${n}`, copies: 1 })),
      ...[0, 1.5, 100, -1, '1', null].map((copies) => [{ document, copies }]),
      [...probe.wanted, ...probe.wanted],
      [{ document, copies: 1, subject: 'canary-1' }],
      [{ document: `${document} of another`, copies: 1 }],
      [{ copies: 1 }],
      { document, copies: 1 },
      document,
      null,
      undefined,
    ]
    const answers = []
    for (const one of wrong) {
      const { token, terminal } = await probe.visit()
      answers.push(await probe.post('v1/cases', { token, documents: one }, terminal))
    }
    return allRefused(answers, probe)
  },
)

const types: DeskCase = deskCase(
  'request',
  'refuse',
  {
    id: 'wrong-types',
    codes,
    title: { en: 'Values of other types in each field of the case routes', ja: '受付の各項目での型の誤り' },
    why: {
      en: 'What a server converts by itself, a fence or an outcome, is something no terminal said.',
      ja: 'サーバーが勝手に変換したフェンス番号や結果は、端末が伝えたものではありません。',
    },
  },
  async (probe) => {
    const one = await probe.open()
    const { fence } = await probe.sealed(one)
    const { id } = one.case
    const { name } = one.terminal
    const odd: readonly unknown[] = [
      String(fence),
      fence + 0.5,
      [fence],
      { fence },
      true,
      null,
      -1,
      0,
      1e300,
      undefined,
    ]
    const answers = []
    for (const value of odd) answers.push(await probe.release(id, value, one.terminal))
    for (const value of [7, null, ['collected'], { printed: true }, '', 'PRINTED', undefined]) {
      answers.push(await probe.report(id, value, fence, one.terminal))
    }
    for (const body of [[], 'release', 7, null, { fence, terminal: [name] }, { fence, terminal: name, subject: 'x' }]) {
      answers.push(await probe.post(`v1/cases/${id}/release`, body, one.terminal))
    }
    for (const token of [null, [], 'token', {}]) {
      answers.push(await probe.post('v1/cases', { token, documents: probe.wanted }, one.terminal))
    }
    const refused = await allRefused(answers, probe)
    if (refused.result !== 'passed') return refused
    const rest = await probe.collect(one)
    return rest.result === 'passed' ? refused : rest
  },
)

const ids: DeskCase = deskCase(
  'request',
  'refuse',
  {
    id: 'case-ids-wrong',
    incidents: ['I3'],
    codes,
    title: {
      en: 'Ids that are names, times, numbers, paths, or very long',
      ja: '名前・時刻・番号・パス・長大な文字列の受付番号',
    },
    why: {
      en: 'An id that can be guessed, or leads elsewhere, is a way to the document of somebody else.',
      ja: '推測できる番号や別の場所を指す番号は、他人の証明書への道になります。',
    },
  },
  async (probe) => {
    const second = new Date().toISOString().replaceAll(/\D/g, '').substring(0, 14)
    const { name } = probe.terminal
    const wrong = ['1', name, second, String(Date.now()), '..%2f..%2fdesk', '%00', 'current', 'a'.repeat(300), '*', '-']
    const answers = []
    for (const id of wrong) {
      answers.push(await probe.state(id, probe.terminal))
      answers.push(await probe.release(id, 3, probe.terminal))
      answers.push(await probe.report(id, 'abandoned', undefined, probe.terminal))
    }
    return allRefused(answers, probe)
  },
)

export const requestCases: readonly DeskCase[] = [documents, types, ids]
