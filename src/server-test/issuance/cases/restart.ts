/** Processes that are killed at each step, a store that is restarted, and instances that differ. */

import { field } from '../../client.ts'
import { expectRefusal, type Verdict, verdict } from '../../verdict.ts'
import {
  cameOf,
  type DeskProbe,
  notOwn,
  type Opened,
  ready,
  type SeenCase,
  stateIn,
  type Visit,
} from '../desk-probe.ts'
import { type DeskCase, deskCase, forSubject, slow, worst } from './desk-case.ts'

const lost = {
  en: 'What a process knew alone is lost with it. A case continues for its own terminal, or ends; it never goes to another one.',
  ja: 'プロセスだけが知っていたことは失われます。受付は自分の端末で続くか終了し、別の端末に渡ってはなりません。',
}

/** Ends the server at once, and starts it again. */
async function restart(probe: DeskProbe): Promise<void> {
  await probe.control.run('kill')
  await probe.control.run('start')
  await probe.back()
}

function killed(
  { id, en, ja }: { readonly id: string; readonly en: string; readonly ja: string },
  run: (probe: DeskProbe) => Promise<Verdict>,
): DeskCase {
  const incidents = ['I1', 'I7'] as const
  const row = { id, incidents, forgetting: 'in-part', title: { en, ja }, why: lost } as const
  return deskCase('restart', 'accept', row, async (probe) => {
    probe.control.requireCommand('kill', 'start')
    const found = await run(probe)
    return found.result === 'passed' ? probe.issue() : found
  })
}

const opening = killed(
  {
    id: 'killed-while-opening',
    en: 'The process is killed while a token is submitted for a case',
    ja: 'トークンの提出中に終了させられたプロセス',
  },
  async (probe) => {
    const visit = await probe.visit()
    const submitted = probe.submit(visit)
    await probe.probe.wait(5)
    await restart(probe)
    const found = probe.openedBy(visit, await submitted) ?? (await tokenOf(probe, visit))
    if (found !== undefined) return keptOrEnded(probe, found)
    // Not received, or not finished: a token is accepted once.
    const answer = await probe.submit(visit)
    const opened = probe.openedBy(visit, answer)
    if (opened !== undefined) return probe.collect(opened)
    const isRefused = answer.kind === 'answer' && answer.status >= 400 && answer.status < 500
    return verdict(isRefused ? 'passed' : 'failed', isRefused ? 'as-expected' : 'server-error', answer)
  },
)

/** The case of a token whose answer was lost. */
async function tokenOf(probe: DeskProbe, visit: Visit): Promise<Opened | undefined> {
  const { challengeDigest, terminal } = visit
  const answer = await probe.post('v1/tokens', { challengeDigest, terminal: terminal.name }, terminal)
  if (answer.kind === 'silence' || field(answer.json, 'state') !== 'case') return undefined
  return probe.openedBy(visit, { ...answer, status: 201 })
}

/** A case that was not finished: its document is had by its own visit, or it ends with its time. */
async function keptOrEnded(probe: DeskProbe, one: Opened): Promise<Verdict> {
  const next = await probe.issue(one.terminal)
  if (next.result !== 'passed') return next
  const seen = await probe.until(one, ['sealed'])
  if (seen === undefined) return lostCase(probe, one, [one.case.fence])
  if (seen.state === 'sealed') return probe.collect(one)
  const hasEnded = ['expired', 'refused', 'stopped', 'abandoned'].includes(seen.state)
  return { result: hasEnded ? 'passed' : 'failed', reason: hasEnded ? 'as-expected' : 'not-ended', came: cameOf(seen) }
}

/**
 * The verdict on a case that is not known any more. Where the store forgets, as its operator says it does, all that can
 * hold is that the case is unknown to everything that is asked of it, so that no document comes of it.
 *
 * @param fences - fencing numbers that the case had.
 */
async function lostCase(probe: DeskProbe, one: Opened, fences: readonly number[]): Promise<Verdict> {
  const { id } = one.case
  const { terminal } = one
  const state = await probe.state(id, terminal)
  if (!probe.control.forgets) return verdict('failed', 'case-lost', state)
  const answers = [state]
  for (const fence of fences) {
    const { answer, document } = await probe.receive(one, fence)
    if (document !== 'none') return verdict('failed', 'issued', answer)
    answers.push(answer, await probe.report(id, 'printed', fence, terminal))
  }
  answers.push(await probe.report(id, 'abandoned', undefined, terminal))
  const unknown = worst(answers.map((answer) => expectRefusal(answer, { codes: ['ERR_CASE_UNKNOWN'] })))
  if (unknown.result !== 'passed') return unknown
  // What the card signed for it brings no other case.
  const again = expectRefusal(await probe.submit(one), { codes: ['ERR_NONCE_UNKNOWN', 'ERR_CASE_STATE'] })
  if (again.result !== 'passed') return again
  const next = await probe.issue(terminal)
  return next.result === 'passed' ? verdict('warned', 'forgotten', state) : next
}

/** The state of a case after a restart: a store that is connected to again may not answer at once. */
async function afterRestart(probe: DeskProbe, one: Opened): Promise<SeenCase | undefined> {
  for (;;) {
    const answer = await probe.state(one.case.id, one.terminal)
    const isUnready = answer.kind === 'silence' || answer.status === 503
    if (!isUnready || performance.now() >= one.endsAt) return stateIn(answer)
    await probe.probe.wait(50)
  }
}

const composing = killed(
  {
    id: 'killed-while-composing',
    en: 'The process is killed while a document is composed',
    ja: '証明書の作成中に終了させられたプロセス',
  },
  async (probe) => {
    const visit = await probe.visit()
    probe.town.set({ composer: forSubject(visit.canary, slow(3_000)) })
    const one = await probe.opened(visit)
    const lifetime = one.case.deadline - one.case.openedAt
    if (lifetime > probe.probe.maxWaitMs) {
      return { result: 'not-run', reason: 'waiting-too-long', came: `${Math.ceil(lifetime / 1000)} s` }
    }
    await probe.probe.wait(300)
    await restart(probe)
    return keptOrEnded(probe, one)
  },
)

const sealed = killed(
  {
    id: 'killed-when-sealed',
    en: 'The process is killed before a sealed document is released',
    ja: '封をした証明書の引渡し前に終了させられたプロセス',
  },
  async (probe) => {
    const one = await probe.open()
    await probe.sealed(one)
    await restart(probe)
    return keptOrEnded(probe, one)
  },
)

/** A released document, and a restart: it is not released again, and its report is taken. */
async function afterRelease(
  probe: DeskProbe,
  isPrinted: boolean,
  again: (probe: DeskProbe) => Promise<void>,
): Promise<Verdict> {
  const one = await probe.open()
  const { fence } = await probe.sealed(one)
  const { answer, document } = await probe.receive(one, fence)
  const wrong = notOwn(answer, document)
  if (wrong !== undefined) return wrong
  const before = await probe.seen(one)
  if (isPrinted) await probe.report(one.case.id, 'printed', before?.fence, one.terminal)
  await again(probe)
  const seen = await afterRestart(probe, one)
  if (seen === undefined) return lostCase(probe, one, [fence, before?.fence ?? fence])
  for (const next of [fence, seen.fence]) {
    const second = await probe.receive(one, next)
    if (second.document !== 'none') return verdict('failed', 'released-twice', second.answer)
  }
  if (!isPrinted) return probe.printed(one, seen.fence)
  const collected = await probe.report(one.case.id, 'collected', seen.fence, one.terminal)
  const isTaken = collected.kind === 'answer' && collected.status === 200
  return verdict(isTaken ? 'passed' : 'failed', isTaken ? 'as-expected' : 'case-lost', collected)
}

const released = killed(
  {
    id: 'killed-when-released',
    en: 'The process is killed after a document was released',
    ja: '証明書の引渡し後に終了させられたプロセス',
  },
  (probe) => afterRelease(probe, false, restart),
)

const printed = killed(
  {
    id: 'killed-when-printed',
    en: 'The process is killed after a document was printed',
    ja: '証明書の印刷後に終了させられたプロセス',
  },
  (probe) => afterRelease(probe, true, restart),
)

const storeRestarted: DeskCase = deskCase(
  'restart',
  'accept',
  {
    id: 'store-restarted',
    incidents: ['I7'],
    forgetting: 'in-part',
    title: { en: 'The store is restarted after a document was released', ja: '証明書の引渡し後に再起動したストア' },
    why: {
      en: 'A store that forgets lets a document be released twice, or leaves unknown what became of it.',
      ja: 'ストアが忘れると、証明書が二度引き渡されるか、どうなったか分からなくなります。',
    },
  },
  async (probe) => {
    probe.control.requireCommand('restartStore')
    return afterRelease(probe, false, async () => {
      await probe.control.run('restartStore')
      await probe.back()
    })
  },
)

const differ: DeskCase = deskCase(
  'instances',
  'refuse',
  {
    id: 'instances-differ',
    incidents: ['I6', 'I7'],
    // Two instances have nothing in common by which they could notice.
    forgetting: 'not-applicable',
    codes: ['ERR_NOT_READY'],
    title: {
      en: 'Two instances on one store with different settings',
      ja: '設定の異なる、1つのストア上の2つのインスタンス',
    },
    why: {
      en: 'In 2023 a correction had not been installed in one town. Instances that differ must be noticed: neither is ready.',
      ja: '2023年に、修正が適用されていない町がありました。差異は検出され、どちらも準備完了であってはなりません。',
    },
  },
  async (probe) => {
    const { second, control } = probe
    const isStarted = (await ready(second)).kind === 'silence'
    if (isStarted) await control.run('startOther')
    try {
      return await notReady(probe)
    } finally {
      if (isStarted) {
        await control.run('stopOther')
        await probe.back()
      }
    }
  },
)

/** Both instances must say so; within a minute, as they learn of each other from time to time only. */
async function notReady(probe: DeskProbe): Promise<Verdict> {
  const end = performance.now() + Math.min(probe.probe.maxWaitMs, 60_000)
  for (;;) {
    // An instance may look at the others only when it is used.
    await probe.probe.askChallenge({ terminal: probe.terminal.name, purpose: probe.probe.purpose })
    const answers = [await ready(probe.probe), await ready(probe.second)]
    const isReady = answers.find((answer) => answer.kind === 'silence' || answer.status !== 503)
    if (isReady === undefined) return verdict('passed', 'as-expected', answers[0]!)
    if (performance.now() >= end) {
      return verdict('failed', isReady.kind === 'silence' ? 'no-answer' : 'still-ready', isReady)
    }
    await probe.probe.wait(250)
  }
}

export const restartCases: readonly DeskCase[] = [opening, composing, sealed, released, printed, storeRestarted]

/** Last but one: while it runs, neither instance is ready. */
export const instanceCases: readonly DeskCase[] = [differ]
