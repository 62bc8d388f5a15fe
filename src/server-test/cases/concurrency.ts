/** Many persons at once: each response must belong to the requesting person. */

import { challengeDigest, holderDigest } from '../../token/index.ts'
import { type Answer, field } from '../client.ts'
import type { EvaluationTerminal } from '../options.ts'
import { holderOf, type Probe } from '../probe.ts'
import { CaseAborted, expectAcceptance, type Verdict, verdict } from '../verdict.ts'
import type { CaseText, EvaluationCase } from './case.ts'

/** Transactions that run at once; there are as many cards. */
const atOnce = 20

/** One person at one terminal. */
interface Visit {
  /** Number of the card. */
  readonly card: number
  readonly terminal: EvaluationTerminal
  readonly purpose: string
  /** How the token is sent. `dropped`: whole, without waiting for the answer. */
  readonly sending?: 'slowly' | 'dropped'
}

type Row = Omit<CaseText, 'codes'> & {
  /** The visits of one round, which all begin at once. */
  readonly round: (probe: Probe, number: number) => readonly Visit[]
}

const rows: readonly Row[] = [
  {
    id: 'mix-same-second',
    title: {
      en: 'Twenty cards at all terminals in the same second, for one purpose',
      ja: '全端末での20枚のカードによる同時の申請（同じ用途）',
    },
    why: {
      en: 'At opening time all terminals ask at once. Each answer must name the person at that terminal only.',
      ja: '窓口の開始直後は全端末の要求が重なります。各応答は、その端末にいる本人のものでなければなりません。',
    },
    round: (probe) => visits((n) => ({ card: n, terminal: terminalOf(probe, n), purpose: probe.purpose })),
  },
  {
    id: 'mix-slow-senders',
    title: {
      en: 'Ten tokens sent in pieces, while ten others are sent whole',
      ja: '分割されて届くトークン10件と、その間に届く別の10件',
    },
    why: {
      en: 'Bodies of several people are half read at the same time. No part of one may be mixed into another.',
      ja: '複数の人の本文が同時に読みかけになります。その一部が別の人のものになってはなりません。',
    },
    round: (probe) =>
      visits((n) => ({
        ...{ card: n, terminal: terminalOf(probe, n >> 1), purpose: probe.purpose },
        ...(n % 2 === 0 && { sending: 'slowly' as const }),
      })),
  },
  {
    id: 'mix-dropped-connections',
    title: {
      en: 'Ten terminals that disconnect before the answer, while ten others wait for theirs',
      ja: '応答の前に切断する端末10件と、応答を待つ別の10件',
    },
    why: {
      en: 'An answer that is no longer awaited must not go to the next request.',
      ja: '受け取り手のいなくなった応答が、次に要求した人に渡ってはなりません。',
    },
    round: (probe) =>
      visits((n) => ({
        ...{ card: n, terminal: terminalOf(probe, n >> 1), purpose: probe.purpose },
        ...(n % 2 === 0 && { sending: 'dropped' as const }),
      })),
  },
  {
    id: 'mix-two-purposes',
    title: {
      en: 'One terminal with two purposes at once, for twenty cards',
      ja: '1台の端末での2つの用途の同時の申請（カード20枚）',
    },
    why: {
      en: 'What one person agreed to must not be done for another person, nor anything else for the same one.',
      ja: 'ある人が同意した用途が、別の人や別の用途として処理されてはなりません。',
    },
    round: (probe) =>
      visits((n) => ({
        ...{ card: n, terminal: probe.terminal },
        purpose: n % 2 === 0 ? probe.purpose : probe.otherPurpose,
      })),
  },
  {
    id: 'mix-one-holder',
    title: {
      en: 'Each of ten cards at two terminals at once',
      ja: '10枚のカードそれぞれによる2台の端末での同時の申請',
    },
    why: {
      en: 'One person at two terminals is one holder, and each answer is for the terminal that asked.',
      ja: '2台の端末に現れた同じ人は同じ利用者であり、各応答は要求した端末のものでなければなりません。',
    },
    // Another ten cards in every other round.
    round: (probe, number) =>
      visits((n) => ({
        card: (n % 10) + (number % 2) * 10,
        terminal: n < 10 ? probe.terminal : probe.otherTerminal,
        purpose: probe.purpose,
      })),
  },
]

export const concurrencyCases: readonly EvaluationCase[] = rows.map(({ round, ...row }) => ({
  ...row,
  family: 'concurrency',
  expected: 'accept',
  codes: [],
  run: (probe) => mixing(probe, round),
}))

const visits = (visit: (n: number) => Visit): readonly Visit[] => Array.from({ length: atOnce }, (_, n) => visit(n))

const terminalOf = ({ terminals }: Probe, n: number): EvaluationTerminal => terminals[n % terminals.length]!

/** Rounds until as many acceptances as the options ask for were compared with the requests. */
async function mixing(probe: Probe, round: Row['round']): Promise<Verdict> {
  // Making certificates takes a while, and challenges expire soon.
  for (let card = 0; card < atOnce; card++) await probe.credentials.get(card)
  const holders = new Holders()
  const nonces = new Set<string>()
  let last: Verdict | undefined
  for (let number = 0, seen = 0; seen < probe.transactions; number++) {
    const all = round(probe, number)
    // Signing takes a while, so everything is ready before the first token is sent.
    const ready = await Promise.all(all.map((visit) => sign(probe, visit, nonces)))
    const outcomes = await Promise.all(ready.map((signed, n) => hand(probe, all[n]!, signed)))
    for (const [n, answer] of outcomes.entries()) {
      const visit = all[n]!
      if (visit.sending === 'dropped') continue
      const found = compare(visit, answer, holders)
      if (found.result !== 'passed') return { ...found, came: `${found.came} (${seen + 1})` }
      last = found
      seen += 1
    }
  }
  return { ...last!, came: String(probe.transactions) }
}

/** The answer to one visit, and the digest of its challenge. */
type Attended = Answer & Pick<Signed, 'token' | 'challenge'>

/** A token that is ready to be sent, and the digest of its challenge. */
interface Signed {
  readonly token: Awaited<ReturnType<Probe['token']>>
  readonly challenge: string
}

/** A challenge, and a card's answer. @throws CaseAborted for a challenge of another visit. */
async function sign(probe: Probe, visit: Visit, nonces: Set<string>): Promise<Signed> {
  const { card, terminal, purpose } = visit
  const challenge = await probe.challenge(terminal, purpose)
  const own = challenge.terminal === terminal.name && challenge.purpose === purpose
  if (!own) throw new CaseAborted({ result: 'failed', reason: 'other-transaction', came: '201' })
  if (nonces.has(challenge.nonce)) throw new CaseAborted({ result: 'failed', reason: 'repeated-nonce', came: '201' })
  nonces.add(challenge.nonce)
  const token = await probe.token(challenge, { credential: card })
  return { token, challenge: challengeDigest(Buffer.from(challenge.nonce, 'base64url')) }
}

/** The server's answer to a token. */
async function hand(probe: Probe, { terminal, sending }: Visit, { token, challenge }: Signed): Promise<Attended> {
  return { ...(await probe.hand(token, terminal, sending)), token, challenge }
}

/** Compares an acceptance with its visit. */
function compare({ card, terminal, purpose }: Visit, answer: Attended, holders: Holders): Verdict {
  const accepted = expectAcceptance(answer, { terminal: terminal.name, purpose })
  const named = answer.kind === 'answer' ? field(answer.json, 'challengeDigest') : undefined
  // A server that names no challenge fails a case of its own.
  if (named !== undefined && named !== answer.challenge) return verdict('failed', 'other-transaction', answer)
  if (accepted.reason === 'malformed' && holderOf(answer) !== undefined) {
    return verdict('failed', 'other-transaction', answer)
  }
  if (accepted.result !== 'passed') return accepted
  // Nor one that ties no holder to the certificate; where it does, the holder must be of this one.
  const tied = answer.kind === 'answer' ? field(answer.json, 'holderDigest') : undefined
  const { nonce, certificate } = answer.token as Readonly<Record<string, string>>
  const bytes = [Buffer.from(nonce!, 'base64url'), Buffer.from(certificate!, 'base64')] as const
  if (tied !== undefined && tied !== holderDigest(...bytes, holderOf(answer)!)) {
    return verdict('failed', 'other-holder', answer)
  }
  return holders.isSame(card, holderOf(answer)!) ? accepted : verdict('failed', 'other-holder', answer)
}

/** The holder reported for each card. */
class Holders {
  readonly #byCard = new Map<number, string>()
  readonly #byHolder = new Map<string, number>()

  /** Whether the card was always that holder, and no other card was. */
  isSame(card: number, holder: string): boolean {
    if (!this.#byCard.has(card)) this.#byCard.set(card, holder)
    if (!this.#byHolder.has(holder)) this.#byHolder.set(holder, card)
    return this.#byCard.get(card) === holder && this.#byHolder.get(holder) === card
  }
}
