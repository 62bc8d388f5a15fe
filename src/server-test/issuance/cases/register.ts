/** Registers that are out of date, incomplete or contradictory, or refuse. */

import type { Text } from '../../cases/case.ts'
import { verdict } from '../../verdict.ts'
import type { Disturbance, Entry } from '../town.ts'
import { type DeskCase, type DeskRow, deskCase, forHolder } from './desk-case.ts'

interface Row extends DeskRow {
  readonly stops: boolean
  /** Which register has it. Default: both. */
  readonly in?: 'residents' | 'copy'
  readonly fault: (entry: Entry) => Entry | Disturbance
}

const codes = ['ERR_REGISTER', 'ERR_NOT_ISSUABLE', 'ERR_CASE_STATE', 'ERR_ISSUING_STOPPED']

const deleted: Text = {
  en: 'From 2020 to 2023 certificates of deleted seal registrations were issued: the link from the register had failed silently.',
  ja: '2020年から2023年に、廃止された印鑑登録の証明書が発行されました。台帳との連携が気付かれずに止まっていました。',
}

const unanswered: Text = {
  en: 'Without an answer nothing is known about the person, so nothing is issued.',
  ja: '応答がなければ本人について何も分からないため、発行してはなりません。',
}

const daysLater = (entry: Entry, days: number): Entry => {
  return { ...entry, asOf: new Date(Date.parse(entry.asOf) + days * 86_400_000).toISOString() }
}

const rows: readonly Row[] = [
  {
    id: 'register-stale',
    incidents: ['I5'],
    stops: false,
    title: { en: 'A register with the state of yesterday', ja: '昨日の時点の台帳' },
    why: deleted,
    fault: (entry) => daysLater(entry, -1),
  },
  {
    id: 'register-copy-stale',
    incidents: ['I5'],
    stops: false,
    in: 'copy',
    title: { en: 'A copy of the register with the state of yesterday', ja: '昨日の時点の台帳の写し' },
    why: deleted,
    fault: (entry) => daysLater(entry, -1),
  },
  {
    id: 'register-of-tomorrow',
    incidents: ['I5'],
    stops: false,
    title: { en: 'A register with the state of tomorrow', ja: '明日の時点の台帳' },
    why: {
      en: 'A register whose clock is wrong would not be found to be out of date for a day.',
      ja: '時計の狂った台帳は、1日の間、古くなっても検出されません。',
    },
    fault: (entry) => daysLater(entry, 1),
  },
  {
    id: 'register-gap',
    incidents: ['I5'],
    stops: false,
    title: { en: 'A register in which one change is missing', ja: '異動が1件届いていない台帳' },
    why: deleted,
    fault: (entry) => ({ ...entry, missing: 1 }),
  },
  {
    id: 'register-went-back',
    incidents: ['I5'],
    stops: false,
    title: { en: 'A register with an earlier sequence than before', ja: '以前より古い連番の台帳' },
    why: {
      en: 'A register that was restored from a backup lacks changes, such as a deleted registration.',
      ja: 'バックアップから復元された台帳には、登録廃止などの異動が欠けています。',
    },
    fault: (entry) => ({ ...entry, sequence: entry.sequence - 1 }),
  },
  {
    id: 'registers-of-two-persons',
    incidents: ['I1', 'I2', 'I5'],
    stops: true,
    in: 'copy',
    title: { en: 'Register and copy name two persons', ja: '台帳と写しで異なる人' },
    why: {
      en: 'One of them is wrong, and nothing says which: issuing stops until a person has found out.',
      ja: 'どちらかが誤りで、どちらかは分かりません。原因が分かるまで発行を停止すべきです。',
    },
    fault: (entry) => ({ ...entry, subject: 'canary-other' }),
  },
  {
    id: 'registers-contradict',
    incidents: ['I5'],
    stops: true,
    in: 'copy',
    title: { en: 'A registration that is deleted in the copy only', ja: '写しでのみ廃止された登録' },
    why: deleted,
    fault: (entry) => ({ ...entry, suppressed: 'registration-deleted' }),
  },
  {
    id: 'register-of-another-case',
    incidents: ['I1', 'I2'],
    stops: true,
    title: { en: 'The answer of a register is about another case', ja: '別の受付に対する台帳の応答' },
    why: {
      en: 'Answers that are crossed name another person: what is composed from them is of somebody else.',
      ja: '入れ違った応答は別の人を指し、別の人の証明書が作成されます。',
    },
    fault: (entry) => ({ ...entry, case: 'A'.repeat(32) }),
  },
  {
    id: 'register-unreachable',
    incidents: ['I5'],
    stops: false,
    title: { en: 'A register that drops the connection', ja: '接続を切断する台帳' },
    why: unanswered,
    fault: () => ({ disturb: 'unreachable' }),
  },
  {
    id: 'register-copy-unreachable',
    incidents: ['I5'],
    stops: false,
    in: 'copy',
    title: { en: 'A copy of the register that drops the connection', ja: '接続を切断する台帳の写し' },
    why: unanswered,
    fault: () => ({ disturb: 'unreachable' }),
  },
  {
    id: 'register-garbage',
    incidents: ['I5'],
    stops: false,
    title: { en: 'A web page as the answer of the register', ja: '台帳の応答としての HTML' },
    why: unanswered,
    fault: () => ({ disturb: 'garbage' }),
  },
  {
    id: 'register-wrong-types',
    stops: false,
    title: { en: 'A time that is none, and a sequence below zero', ja: '時刻でない時刻と負の連番' },
    why: unanswered,
    fault: (entry) => ({ ...entry, asOf: 'now', sequence: -1 }),
  },
  {
    id: 'registration-deleted',
    incidents: ['I5'],
    stops: false,
    title: { en: 'A person whose registration is deleted', ja: '登録が廃止された人' },
    why: deleted,
    fault: (entry) => ({ ...entry, suppressed: 'registration-deleted' }),
  },
]

const faulty = rows.map(({ stops, in: one, fault, ...row }) =>
  deskCase('register', 'refuse', { codes, ...row }, async (probe) => {
    const visit = await probe.visit()
    const wrong = forHolder(visit.canary, fault)
    probe.town.set(one === undefined ? { residents: wrong, copy: wrong } : { [one]: wrong })
    return probe.withoutDocument(await probe.opened(visit), stops)
  }),
)

const protectedPerson: DeskCase = deskCase(
  'register',
  'refuse',
  {
    id: 'protected-person',
    codes: ['ERR_NOT_ISSUABLE'],
    title: {
      en: 'A person who is protected (支援措置対象者), beside one who moved away',
      ja: '支援措置対象者と、転出した人',
    },
    why: {
      en: 'Nothing at the terminal may show that a person is protected: the answers must be the same for every reason.',
      ja: '支援措置の対象であることが端末で分かってはなりません。応答はどの理由でも同じでなければなりません。',
    },
  },
  async (probe) => {
    const came: string[] = []
    for (const suppressed of ['protected', 'moved-away']) {
      const visit = await probe.visit()
      const wrong = forHolder(visit.canary, (entry) => ({ ...entry, suppressed }))
      probe.town.set({ residents: wrong, copy: wrong })
      const one = await probe.opened(visit)
      const refused = await probe.withoutDocument(one, false)
      if (refused.result !== 'passed') return refused
      const answer = await probe.state(one.case.id, one.terminal)
      const text = answer.kind === 'answer' ? answer.text : ''
      if (/protect|moved|支援/i.test(text)) return verdict('failed', 'reason-disclosed', answer)
      came.push(refused.came)
    }
    const result = new Set(came).size === 1 ? 'passed' : 'failed'
    return { result, reason: result === 'passed' ? 'as-expected' : 'reason-disclosed', came: came.join(', ') }
  },
)

export const registerCases: readonly DeskCase[] = [...faulty, protectedPerson]
