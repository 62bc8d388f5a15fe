/** A composer that is slow or late, or returns what is not the document it was asked for. */

import type { Text } from '../../cases/case.ts'
import { type Verdict, verdict } from '../../verdict.ts'
import { cameOf, type DeskProbe, type Opened } from '../desk-probe.ts'
import type { Composed, ComposerFault, Order, Town } from '../town.ts'
import { type DeskCase, type DeskRow, deskCase, forSubject, slow, verdictOf, worst } from './desk-case.ts'

/** How long the slow composer takes, milliseconds. */
const slowMs = 4_000

const slowComposer: DeskCase = deskCase(
  'composer',
  'accept',
  {
    id: 'slow-composer',
    incidents: ['I1'],
    title: {
      en: 'A document that takes four seconds, while others at all terminals come and go',
      ja: '作成に4秒かかる証明書と、その間の全端末での別の人の申請',
    },
    why: {
      en: 'No customer waits for the document of another, and no document goes to the person who comes next.',
      ja: '他の人の証明書を待たせてはならず、次に来た人に渡ってもなりません。',
    },
  },
  async (probe) => {
    const visit = await probe.visit()
    probe.town.set({ composer: forSubject(visit.canary, slow(slowMs)) })
    const begun = performance.now()
    const one = await probe.opened(visit)
    for (let n = 0; n < 6; n++) {
      const other = await probe.issue(probe.terminalOf(n))
      if (other.result !== 'passed') return other
    }
    const waited = performance.now() - begun >= slowMs
    const own = await probe.collect(one)
    if (own.result !== 'passed' || !waited) return own
    return { result: 'failed', reason: 'no-document', came: `${slowMs} ms` }
  },
)

/** What follows when the composer returns the document of `late` while the next person at the terminal is served. */
async function nextPerson(probe: DeskProbe, late: Opened): Promise<Verdict> {
  const next = await probe.opened(await probe.visit(late.terminal))
  const seen = await probe.until(next, ['sealed'])
  let served: Verdict
  if (seen?.state === 'stopped') {
    // To stop for a result that nothing waits for is right; afterwards all goes on.
    await probe.settle()
    served = await probe.issue(late.terminal)
  } else {
    served = await verdictOf(probe.collect(next))
  }
  if (served.result !== 'passed') return served
  const after = await probe.seen(late)
  if (after === undefined || !['expired', 'abandoned', 'refused', 'stopped'].includes(after.state)) {
    return { result: 'failed', reason: 'not-ended', came: cameOf(after) }
  }
  const { answer, document } = await probe.receive(late, after.fence)
  if (document !== 'none') return verdict('failed', 'issued', answer)
  return { result: 'passed', reason: 'as-expected', came: cameOf(after) }
}

const lateResult: DeskCase = deskCase(
  'composer',
  'refuse',
  {
    id: 'late-result',
    incidents: ['I1'],
    codes: ['ERR_CASE_STATE', 'ERR_CASE_EXPIRED'],
    title: {
      en: 'A document that arrives after the end of its case, with the next person at the terminal',
      ja: '受付の期限後に届いた証明書と、その端末の次の人',
    },
    why: {
      en: 'In 2023 a time-out freed the print lock only: the next person got the document. A case whose time is over is over, and a late result has nowhere to go.',
      ja: '2023年に、時間切れで印刷の順番だけが解放され、次の人に証明書が渡りました。時間切れの受付は終了し、遅れた結果の行き先があってはなりません。',
    },
  },
  async (probe) => {
    const visit = await probe.visit()
    const one = await probe.opened(visit)
    const lifetime = one.case.deadline - one.case.openedAt
    if (lifetime > probe.probe.maxWaitMs) {
      return { result: 'not-run', reason: 'waiting-too-long', came: `${Math.ceil(lifetime / 1000)} s` }
    }
    const late = await replaced(probe, one, lifetime + 2_000)
    const seen = await probe.until(late, ['sealed'])
    if (seen?.state !== 'expired') {
      const reason = seen?.state === 'sealed' ? 'issued' : 'not-ended'
      return { result: 'failed', reason, came: cameOf(seen) }
    }
    probe.town.set({ composer: slow(3_000) })
    return nextPerson(probe, late)
  },
)

/** Opens the case of another visit, whose composer is slow: the time of a case is only known from a case. */
async function replaced(probe: DeskProbe, one: Opened, milliseconds: number): Promise<Opened> {
  await probe.report(one.case.id, 'abandoned', undefined, one.terminal)
  const visit = await probe.visit()
  probe.town.set({ composer: forSubject(visit.canary, slow(milliseconds)) })
  return probe.opened(visit)
}

const abandonedThenLate: DeskCase = deskCase(
  'composer',
  'refuse',
  {
    id: 'abandoned-then-late',
    incidents: ['I1', 'I8'],
    codes: ['ERR_CASE_STATE'],
    title: {
      en: 'A holder who leaves while the document is composed, and the next person at the terminal',
      ja: '作成中に立ち去った人と、その端末の次の人',
    },
    why: {
      en: 'The visit has ended: what was ordered in it must not be there for the next person.',
      ja: '来訪は終わっています。そこで申請した証明書が次の人に出てはなりません。',
    },
  },
  async (probe) => {
    const visit = await probe.visit()
    const composer: ComposerFault = (document, order) =>
      slow(order.subject === visit.canary.subject ? 1_200 : 1_800)(document, order)
    probe.town.set({ composer })
    const one = await probe.opened(visit)
    const abandoned = await probe.report(one.case.id, 'abandoned', undefined, one.terminal)
    if (abandoned.kind === 'silence' || abandoned.status !== 200) return verdict('failed', 'refused', abandoned)
    return nextPerson(probe, one)
  },
)

interface Row extends DeskRow {
  /** Whether it must not occur, whatever happens: issuing stops. */
  readonly stops: boolean
  readonly fault: (document: Composed, order: Order, town: Town) => ReturnType<ComposerFault>
}

const refused = ['ERR_DOCUMENT', 'ERR_ISSUING_STOPPED', 'ERR_CASE_STATE']

const merged: Text = {
  en: 'In 2023 page two of three was that of another person: every page is compared before a document is released.',
  ja: '2023年に、3ページのうち2ページ目が別の人のものでした。引渡しの前に全ページを照合しなければなりません。',
}

const limits: Text = {
  en: 'What is not a document is refused with its case, and stops nothing else.',
  ja: '証明書でないものは、その受付だけを拒否し、他に影響を与えてはなりません。',
}

const other = { case: '', subject: 'canary-other', document: 'evaluation', copies: 1 }

const rows: readonly Row[] = [
  {
    id: 'page-of-another-person',
    incidents: ['I4', 'I2'],
    stops: true,
    title: { en: 'The second of three pages is of another person', ja: '3ページのうち2ページ目が別の人のもの' },
    why: merged,
    fault: (document, order, town) => {
      const theirs = town.compose({ ...other, case: order.case }).pages[1]!
      return { ...document, pages: document.pages.map((page, i) => (i === 1 ? theirs : page)) }
    },
  },
  {
    id: 'document-of-another-person',
    incidents: ['I1', 'I3'],
    stops: true,
    title: { en: 'All pages are of another person', ja: '全ページが別の人のもの' },
    why: merged,
    fault: (document, order, town) => ({ ...document, pages: town.compose({ ...other, case: order.case }).pages }),
  },
  {
    id: 'document-of-another-case',
    incidents: ['I1', 'I4'],
    stops: true,
    title: { en: 'The answer of the composer is about another case', ja: '別の受付に対する帳票作成の応答' },
    why: {
      en: 'Answers that are crossed are about the wrong case, even if the person happens to be the right one.',
      ja: '入れ違った応答は、たまたま本人のものであっても、別の受付に対するものです。',
    },
    fault: (document) => ({ ...document, case: 'A'.repeat(32) }),
  },
  {
    id: 'page-missing',
    incidents: ['I4'],
    stops: true,
    title: { en: 'Three pages according to the form, two in the answer', ja: '様式上は3ページ、応答は2ページ' },
    why: merged,
    fault: (document) => ({ ...document, pages: document.pages.slice(0, 2) }),
  },
  {
    id: 'page-too-many',
    incidents: ['I4'],
    stops: true,
    title: { en: 'Three pages according to the form, four in the answer', ja: '様式上は3ページ、応答は4ページ' },
    why: merged,
    fault: (document) => ({ ...document, pages: [...document.pages, document.pages[0]!] }),
  },
  {
    id: 'no-pages',
    stops: false,
    title: { en: 'A document without pages', ja: 'ページのない証明書' },
    why: limits,
    fault: (document) => ({ ...document, pageCount: 0, pages: [] }),
  },
  {
    id: 'empty-page',
    stops: false,
    title: { en: 'A page without content', ja: '内容のないページ' },
    why: limits,
    fault: (document) => ({
      ...document,
      pages: document.pages.map((page, i) => (i === 1 ? { ...page, content: '' } : page)),
    }),
  },
  {
    id: 'thousand-pages',
    stops: false,
    title: { en: 'A document of 1 000 pages', ja: '1,000ページの証明書' },
    why: limits,
    fault: (document) => ({
      ...document,
      pageCount: 1_000,
      pages: Array.from({ length: 1_000 }, (_, i) => document.pages[i % document.pages.length]!),
    }),
  },
  {
    id: 'endless-document',
    stops: false,
    title: { en: 'An answer of the composer without an end', ja: '終わりのない帳票作成の応答' },
    why: limits,
    fault: () => ({ disturb: 'endless' }),
  },
  {
    id: 'composer-garbage',
    stops: false,
    title: { en: 'A web page as the answer of the composer', ja: '帳票作成の応答としての HTML' },
    why: limits,
    fault: () => ({ disturb: 'garbage' }),
  },
  {
    id: 'composer-unreachable',
    stops: false,
    title: { en: 'A composer that drops the connection', ja: '接続を切断する帳票作成' },
    why: limits,
    fault: () => ({ disturb: 'unreachable' }),
  },
]

const faulty = rows.map(({ stops, fault, ...row }) =>
  deskCase('composer', 'refuse', { codes: refused, ...row }, async (probe) => {
    const visit = await probe.visit()
    const { town } = probe
    town.set({ composer: forSubject(visit.canary, (document, order) => fault(document, order, town)) })
    return probe.withoutDocument(await probe.opened(visit), stops)
  }),
)

const crossed: DeskCase = deskCase(
  'composer',
  'refuse',
  {
    id: 'crossed-documents',
    incidents: ['I1', 'I2', 'I3', 'I4'],
    codes: refused,
    title: {
      en: 'Two requests at the same moment whose documents the composer exchanges',
      ja: '同時の2件の申請で入れ替わった証明書',
    },
    why: {
      en: 'Neither may be released: it is what all these incidents looked like from the side of the terminals.',
      ja: 'どちらも引き渡してはなりません。端末から見れば、どの事案もこの形でした。',
    },
  },
  async (probe) => {
    const visits = [await probe.visit(probe.terminal), await probe.visit(probe.otherTerminal)]
    const subjects = visits.map(({ canary }) => canary.subject)
    const waiting: { readonly own: Composed; readonly give: (theirs: Composed) => void }[] = []
    probe.town.set({
      composer: (own, { subject }) => {
        if (!subjects.includes(subject)) return own
        const first = waiting.pop()
        first?.give(own)
        return first?.own ?? new Promise((give) => waiting.push({ own, give }))
      },
    })
    const opened = await Promise.all(visits.map((visit) => probe.opened(visit)))
    return worst(await Promise.all(opened.map((one) => probe.withoutDocument(one, true))))
  },
)

export const composerCases: readonly DeskCase[] = [slowComposer, abandonedThenLate, lateResult, ...faulty, crossed]
