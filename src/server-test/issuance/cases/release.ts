/** Who gets a document, when, and what may be reported of it. */

import { randomBytes } from 'node:crypto'
import type { Answer } from '../../client.ts'
import { expectRefusal, type Verdict, verdict } from '../../verdict.ts'
import { cameOf, type DeskProbe, notOwn, type Opened, type SeenCase, stateIn } from '../desk-probe.ts'
import { type DeskCase, deskCase, worst } from './desk-case.ts'

const unknown = ['ERR_CASE_UNKNOWN']
const state = ['ERR_CASE_STATE']

/** The verdict on answers that must all be refusals, then that of what must still work. */
async function afterRefusals(
  answers: readonly Answer[],
  codes: readonly string[],
  then: () => Promise<Verdict>,
): Promise<Verdict> {
  const refused = worst(answers.map((answer) => expectRefusal(answer, { codes })))
  if (refused.result === 'failed' || refused.result === 'not-run') return refused
  const rest = await then()
  return rest.result === 'passed' ? refused : rest
}

/** A released document, and the case after it. */
async function released(
  probe: DeskProbe,
  one: Opened,
): Promise<{ readonly wrong: Verdict | undefined; readonly sealed: SeenCase; readonly seen: SeenCase | undefined }> {
  const sealed = await probe.sealed(one)
  const { answer, document } = await probe.receive(one, sealed.fence)
  return { wrong: notOwn(answer, document), sealed, seen: await probe.seen(one) }
}

const otherTerminal: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'release-to-another-terminal',
    incidents: ['I1', 'I6'],
    codes: unknown,
    title: {
      en: 'A document asked for by another terminal that knows its case',
      ja: '受付番号を知る別の端末からの受取要求',
    },
    why: {
      en: 'A document belongs to the terminal where the card was presented, also for one that knows the id of the case.',
      ja: '受付番号を誰が知っていても、証明書はカードをかざした端末のものです。',
    },
  },
  async (probe) => {
    const one = await probe.open()
    const { fence } = await probe.sealed(one)
    const { answer } = await probe.receive(one, fence, probe.otherTerminal)
    return afterRefusals([answer], unknown, () => probe.collect(one))
  },
)

const foreignCase: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'case-of-another-terminal',
    incidents: ['I6'],
    codes: unknown,
    title: {
      en: 'State and outcome of a case of another terminal, and of a case that does not exist',
      ja: '別の端末の受付と、存在しない受付の、状態の問い合わせと結果の報告',
    },
    why: {
      en: 'Another terminal can neither see a case nor end it, and both are answered alike.',
      ja: '別の端末は受付を見ることも終了することもできず、存在しない受付と同じ応答でなければなりません。',
    },
  },
  async (probe) => {
    const one = await probe.open()
    await probe.sealed(one)
    const absent = randomBytes(24).toString('base64url')
    const other = probe.otherTerminal
    const answers = [
      await probe.state(one.case.id, other),
      await probe.report(one.case.id, 'abandoned', undefined, other),
      await probe.state(absent, other),
      await probe.report(absent, 'abandoned', undefined, other),
      await probe.release(absent, 3, other),
    ]
    return afterRefusals(answers, unknown, () => probe.collect(one))
  },
)

const laterVisit: DeskCase = deskCase(
  'release',
  'accept',
  {
    id: 'release-in-a-later-visit',
    incidents: ['I1', 'I6', 'I8'],
    title: {
      en: 'A document asked for in a later visit at the same terminal, with the card of another person',
      ja: '同じ端末での別の人による後の来訪での、前の人の証明書の受取要求',
    },
    why: {
      en: 'In 2023 the document of the person before came out at a city hall. What is delivered in another visit must not open.',
      ja: '2023年に、市役所で前の人の証明書が出ました。別の来訪に届いたものは開けてはなりません。',
    },
  },
  async (probe) => {
    const one = await probe.open()
    const { fence } = await probe.sealed(one)
    const later = await probe.open(one.terminal)
    const own = await probe.sealed(later)
    const { answer, document } = await probe.receive(one, fence, later.terminal, later.key)
    const asOwn = probe.documentIn(answer, later, own.fence)
    const readable = [document, asOwn].find((found) => found === 'own' || found === 'foreign')
    if (readable !== undefined) return verdict('failed', 'issued', answer)
    // The server may refuse, but what it releases is for the visit whose card signed.
    const wrong = document === 'none' ? undefined : notOwn(answer, probe.documentIn(answer, one, fence))
    return wrong ?? probe.collect(later)
  },
)

const replayed: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'release-replayed',
    incidents: ['I1'],
    codes: state,
    title: { en: 'A released document asked for again', ja: '引渡し済みの証明書の再要求' },
    why: {
      en: 'A document is released once: a second one could be printed by the next person.',
      ja: '引渡しは一度だけです。二度目は次の人が印刷するおそれがあります。',
    },
  },
  async (probe) => {
    const one = await probe.open()
    const { wrong, sealed, seen } = await released(probe, one)
    if (wrong !== undefined) return wrong
    const { id } = one.case
    const answers = [await probe.release(id, sealed.fence, one.terminal)]
    answers.push(await probe.release(id, seen?.fence ?? 0, one.terminal))
    return afterRefusals(answers, state, () => probe.printed(one, seen?.fence))
  },
)

const atOnce: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'released-once',
    incidents: ['I1'],
    codes: state,
    title: { en: 'A document asked for eight times at the same moment', ja: '同時の8件の受取要求' },
    why: {
      en: 'Exactly one of them gets the document.',
      ja: '証明書が得られるのは、ちょうど1件でなければなりません。',
    },
  },
  async (probe) => {
    const one = await probe.open()
    const { fence } = await probe.sealed(one)
    const all = await Promise.all(Array.from({ length: 8 }, () => probe.receive(one, fence)))
    const brought = all.filter(({ document }) => document !== 'none')
    if (brought.length !== 1) {
      return {
        result: 'failed',
        reason: brought.length === 0 ? 'no-document' : 'released-twice',
        came: `${brought.length}`,
      }
    }
    const wrong = notOwn(brought[0]!.answer, brought[0]!.document)
    if (wrong !== undefined) return wrong
    const refused = all.flatMap(({ answer, document }) => (document === 'none' ? [answer] : []))
    const seen = await probe.seen(one)
    return afterRefusals(refused, state, () => probe.printed(one, seen?.fence))
  },
)

const fences: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'fence-of-yesterday',
    incidents: ['I1', 'I3'],
    codes: state,
    title: { en: 'A release with an earlier or later fencing number', ja: '前または後のフェンス番号での受取要求' },
    why: {
      en: 'A request that was meant for an earlier state of the case comes too late.',
      ja: '以前の状態に対する要求は、すでに遅れたものです。',
    },
  },
  async (probe) => {
    const one = await probe.open()
    const { fence } = await probe.sealed(one)
    const answers = []
    for (const wrong of [fence - 1, fence + 1, fence + 1_000]) {
      answers.push(await probe.release(one.case.id, wrong, one.terminal))
    }
    return afterRefusals(answers, state, () => probe.collect(one))
  },
)

const beforeRelease: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'outcome-before-release',
    incidents: ['I2'],
    codes: state,
    title: {
      en: 'Printed, collected and mismatch, reported before the release',
      ja: '引渡し前の、印刷・受取・不一致の報告',
    },
    why: {
      en: 'Nothing was released, so nothing can have been printed; nor may such a report stop issuing.',
      ja: '引き渡していないものは印刷できません。そのような報告で発行が停止してもなりません。',
    },
  },
  async (probe) => {
    const one = await probe.open()
    const { fence } = await probe.sealed(one)
    const answers = []
    for (const outcome of ['printed', 'collected', 'mismatch']) {
      answers.push(await probe.report(one.case.id, outcome, fence, one.terminal))
    }
    return afterRefusals(answers, state, () => probe.collect(one))
  },
)

const forged: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'outcome-forged',
    incidents: ['I2'],
    codes: [...state, ...unknown, 'ERR_REQUEST'],
    title: {
      en: 'Outcomes of a released document: out of order, unknown, with another fence, from another terminal',
      ja: '引渡し後の結果の報告（順序違い、未知の結果、別のフェンス番号、別の端末）',
    },
    why: {
      en: 'What became of the paper is known only from the terminal that printed it, step by step.',
      ja: '用紙がどうなったかは、印刷した端末からの順を追った報告でのみ分かります。',
    },
  },
  async (probe) => {
    const one = await probe.open()
    const { wrong, sealed, seen } = await released(probe, one)
    if (wrong !== undefined) return wrong
    const { id } = one.case
    const fence = seen?.fence ?? 0
    const answers = [
      await probe.report(id, 'collected', fence, one.terminal),
      await probe.report(id, 'printed', sealed.fence, one.terminal),
      await probe.report(id, 'printed', undefined, one.terminal),
      await probe.report(id, 'delivered', fence, one.terminal),
      await probe.report(id, ['printed'], fence, one.terminal),
      await probe.report(id, 'printed', fence, probe.otherTerminal),
    ]
    return afterRefusals(answers, [...state, ...unknown, 'ERR_REQUEST'], () => probe.printed(one, fence))
  },
)

const afterEnd: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'outcome-after-the-end',
    incidents: ['I2'],
    codes: state,
    title: { en: 'Reports about a document that was collected', ja: '受取済みの証明書についての報告' },
    why: {
      en: 'A case that has ended stays as it ended, or the log of what was issued is worth nothing.',
      ja: '終了した受付が後から変わると、発行の記録に意味がなくなります。',
    },
  },
  async (probe) => {
    const one = await probe.open()
    const collected = await probe.collect(one)
    if (collected.result !== 'passed') return collected
    const fence = (await probe.seen(one))?.fence
    const answers = []
    for (const outcome of ['printed', 'abandoned', 'mismatch']) {
      answers.push(await probe.report(one.case.id, outcome, fence, one.terminal))
    }
    return afterRefusals(answers, state, async () => {
      const seen = await probe.seen(one)
      const stays = seen?.state === 'collected'
      return { result: stays ? 'passed' : 'failed', reason: stays ? 'as-expected' : 'accepted', came: cameOf(seen) }
    })
  },
)

const tokenTwice: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'case-for-a-used-token',
    incidents: ['I1'],
    codes: ['ERR_NONCE_UNKNOWN', 'ERR_CASE_STATE'],
    title: {
      en: 'A second case for a token that has one, and a case for a token that was verified before',
      ja: '受付済みのトークンでの2件目の受付と、検証済みのトークンでの受付',
    },
    why: {
      en: 'A card signs for one request: what was signed for it must not bring a second document.',
      ja: 'カードの署名は1件の申請のためのものです。二度目の証明書を出してはなりません。',
    },
  },
  async (probe) => {
    const codes = ['ERR_NONCE_UNKNOWN', 'ERR_CASE_STATE']
    const one = await probe.open()
    const verified = await probe.visit()
    await probe.probe.hand(verified.token, verified.terminal)
    const answers = [await probe.submit(one), await probe.submit(verified)]
    return afterRefusals(answers, codes, () => probe.collect(one))
  },
)

const mismatch: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'terminal-reports-a-mismatch',
    incidents: ['I2'],
    codes: ['ERR_ISSUING_STOPPED'],
    title: {
      en: 'A terminal that received what was not sealed for it, while another document waits for its release',
      ja: '自分向けでない証明書を受け取った端末の報告と、引渡しを待つ別の証明書',
    },
    why: {
      en: 'In 2023 such errors had been reported three times, and issuing went on. It stops everywhere until a clerk resumes it.',
      ja: '2023年には、このような異常が3度報告されても発行が続きました。職員が再開するまで、どこでも停止すべきです。',
    },
  },
  async (probe) =>
    stopping(probe, async () => {
      const one = await probe.open(probe.otherTerminal)
      const { wrong, seen } = await released(probe, one)
      if (wrong !== undefined) return wrong
      const answer = await probe.report(one.case.id, 'mismatch', seen?.fence, one.terminal)
      return stateIn(answer) === undefined ? verdict('failed', 'refused', answer) : undefined
    }),
)

const byClerk: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'stopped-by-a-clerk',
    incidents: ['I2'],
    codes: ['ERR_ISSUING_STOPPED'],
    title: {
      en: 'Issuing stopped by a clerk, while a document waits for its release',
      ja: '引渡し待ちの間の、職員による発行停止',
    },
    why: {
      en: 'Towns stop at once when something that could cause a wrong issue occurs: from then on nothing is released.',
      ja: '誤交付につながる事象があれば直ちに停止します。その後は何も引き渡してはなりません。',
    },
  },
  async (probe) =>
    stopping(probe, async () => {
      const answer = await probe.asClerk('stop', 'evaluation: a stop by hand')
      return answer.kind === 'answer' && answer.status === 200 ? undefined : verdict('failed', 'refused', answer)
    }),
)

/** A stop, by whatever means: nothing is opened or released until it is resumed, nor what was opened before. */
async function stopping(probe: DeskProbe, stop: () => Promise<Verdict | undefined>): Promise<Verdict> {
  if (!probe.hasClerk) return { result: 'not-run', reason: 'not-configured', came: '--clerk' }
  const waiting = await probe.open()
  const { fence } = await probe.sealed(waiting)
  const visit = await probe.visit()
  const wrong = await stop()
  if (wrong !== undefined) return wrong
  if ((await probe.isStopped()) !== true) return { result: 'failed', reason: 'not-stopped', came: '' }
  const answers = [await probe.submit(visit), await probe.release(waiting.case.id, fence, waiting.terminal)]
  return afterRefusals(answers, ['ERR_ISSUING_STOPPED'], async () => {
    await probe.settle()
    const seen = await probe.seen(waiting)
    const { answer, document } = await probe.receive(waiting, seen?.fence ?? fence)
    return document === 'none' ? probe.issue() : verdict('failed', 'issued', answer)
  })
}

const terminalAsClerk: DeskCase = deskCase(
  'release',
  'refuse',
  {
    id: 'stop-by-a-terminal',
    incidents: ['I2'],
    codes: ['ERR_FORBIDDEN', 'ERR_NOT_FOUND'],
    title: { en: 'Issuing stopped and resumed by a terminal', ja: '端末からの発行の停止と再開' },
    why: {
      en: 'Only a named clerk may resume what was stopped for a reason; a terminal must not be able to stop a town.',
      ja: '停止した発行を再開できるのは記名の職員だけです。端末から町全体を止められてもなりません。',
    },
  },
  async (probe) => {
    const note = { note: 'evaluation' }
    const answers = [
      await probe.post('v1/desk/stop', note, probe.terminal),
      await probe.post('v1/desk/resume', { ...note, stop: '0-0' }, probe.terminal),
    ]
    return afterRefusals(answers, ['ERR_FORBIDDEN', 'ERR_NOT_FOUND'], () => probe.issue())
  },
)

export const releaseCases: readonly DeskCase[] = [
  otherTerminal,
  foreignCase,
  laterVisit,
  replayed,
  atOnce,
  fences,
  beforeRelease,
  forged,
  afterEnd,
  tokenTwice,
  mismatch,
  byClerk,
  terminalAsClerk,
]
