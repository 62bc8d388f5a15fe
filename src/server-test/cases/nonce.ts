/** Challenges: valid once, for one terminal and purpose, for a limited time. */

import { randomBytes } from 'node:crypto'
import type { Answer } from '../client.ts'
import type { Probe } from '../probe.ts'
import { CaseAborted, expectAcceptance, expectRefusal, type Verdict, verdict } from '../verdict.ts'
import { type CaseText, type EvaluationCase, refusing } from './case.ts'
import { signatures } from './signature.ts'

const unknown = ['ERR_NONCE_UNKNOWN']

const twice: CaseText = {
  id: 'nonce-twice-at-once',
  codes: unknown,
  title: { en: 'One token submitted twice at the same moment', ja: '同じトークンを同時に2回' },
  why: {
    en: 'Exactly one may be accepted: a server that checks first and deletes afterwards accepts both.',
    ja: '受理はちょうど1回でなければなりません。確認と消去が別々のサーバーは、両方を受理してしまいます。',
  },
}
const twenty: CaseText = {
  id: 'nonce-twenty-at-once',
  codes: unknown,
  title: { en: 'One token submitted twenty times at the same moment', ja: '同じトークンを同時に20回' },
  why: {
    en: 'The same under load, where several processes or machines answer.',
    ja: '複数のプロセスや機械が応答する負荷の下でも、受理はちょうど1回でなければなりません。',
  },
}
const expired: CaseText = {
  id: 'nonce-expired',
  codes: ['ERR_NONCE_EXPIRED', ...unknown],
  title: { en: 'A right answer to a challenge that has expired', ja: '期限の切れたチャレンジへの正しい応答' },
  why: {
    en: 'A token must not be usable after its card has left: the stated lifetime must be kept.',
    ja: 'カードが取り去られた後に使えてはなりません。サーバーは、示した期限を守らなければなりません。',
  },
}

export const nonceCases: readonly EvaluationCase[] = [
  refusing(
    'nonce',
    {
      id: 'nonce-replayed',
      codes: unknown,
      title: { en: 'A token that was accepted before, submitted again', ja: '一度受理されたトークンの再提出' },
      why: {
        en: 'A token read on its way must not be usable again.',
        ja: '通信を盗み見た人が、同じトークンを使えてはなりません。',
      },
    },
    async (probe) => {
      const token = await probe.token(await probe.challenge())
      requireAccepted(probe, await probe.hand(token))
      return probe.hand(token)
    },
  ),
  refusing(
    'nonce',
    {
      id: 'nonce-burned',
      codes: unknown,
      title: {
        en: 'A right token after a wrong one for the same challenge',
        ja: '同じチャレンジで、誤りの後に正しいトークン',
      },
      why: {
        en: 'A challenge is valid for one try, so that an attacker cannot go on trying.',
        ja: '試せるのはチャレンジごとに1回です。何度も試すことを防ぎます。',
      },
    },
    async (probe) => {
      const challenge = await probe.challenge()
      await probe.hand(await probe.token(challenge, { sign: signatures.altered }))
      return probe.hand(await probe.token(challenge))
    },
  ),
  refusing(
    'nonce',
    {
      id: 'nonce-unknown',
      codes: unknown,
      title: { en: 'A nonce the server never gave out', ja: 'サーバーが発行していないナンス' },
      why: {
        en: 'Otherwise tokens can be made in advance while the card is at hand.',
        ja: '受理されると、カードが手元にある間にトークンを作り置きできてしまいます。',
      },
    },
    async (probe) => {
      const nonce = randomBytes(32).toString('base64url')
      return probe.hand(await probe.token({ ...(await probe.challenge()), nonce }))
    },
  ),
  refusing(
    'nonce',
    {
      id: 'nonce-other-terminal',
      codes: ['ERR_TOKEN_TERMINAL', ...unknown],
      title: { en: 'A challenge given to another terminal', ja: '別の端末に発行されたチャレンジ' },
      why: {
        en: 'A challenge carried to another terminal makes the person at the first one appear as the one at the second.',
        ja: 'チャレンジを別の端末に持ち込めると、一方の端末の人が他方の端末の人になりすませます。',
      },
    },
    async (probe) => {
      const challenge = await probe.challenge(probe.otherTerminal)
      return probe.hand(await probe.token({ ...challenge, terminal: probe.terminal.name }))
    },
  ),
  refusing(
    'nonce',
    {
      id: 'nonce-other-purpose',
      codes: ['ERR_TOKEN_PURPOSE', ...unknown],
      title: { en: 'A challenge given for another purpose', ja: '別の用途で発行されたチャレンジ' },
      why: {
        en: 'Only the purpose the customer was asked for may be served.',
        ja: '利用者が同意した用途と、実際の用途は同じでなければなりません。',
      },
    },
    async (probe) => {
      const challenge = await probe.challenge(probe.terminal, probe.otherPurpose)
      return probe.hand(await probe.token({ ...challenge, purpose: probe.purpose }))
    },
  ),
  { ...twice, family: 'nonce', expected: 'refuse', run: (probe) => atOnce(probe, 2) },
  { ...twenty, family: 'nonce', expected: 'refuse', run: (probe) => atOnce(probe, 20) },
  { ...expired, family: 'nonce', expected: 'refuse', waits: true, run: afterExpiry },
]

/** Without an acceptance, a second refusal proves nothing. */
function requireAccepted(probe: Probe, answer: Answer): void {
  const verified = expectAcceptance(answer, { terminal: probe.terminal.name, purpose: probe.purpose })
  if (verified.result !== 'passed') throw new CaseAborted(verified)
}

async function atOnce(probe: Probe, count: number): Promise<Verdict> {
  const token = await probe.token(await probe.challenge())
  const answers = await Promise.all(Array.from({ length: count }, () => probe.hand(token)))
  const isAcceptance = (answer: Answer): boolean =>
    answer.kind === 'answer' && answer.status >= 200 && answer.status < 300
  const accepted = answers.filter(isAcceptance)
  const others = answers.filter((answer) => !isAcceptance(answer))
  const verdicts = others.map((answer) => expectRefusal(answer, { codes: unknown }))
  const wrong = (['failed', 'not-run'] as const).flatMap((result) => verdicts.filter((one) => one.result === result))
  const came = `${accepted.length} / ${count}`
  if (accepted.length > 1) return { ...verdict('failed', 'not-exactly-one', accepted[0]!), came }
  if (wrong.length > 0) return wrong[0]!
  if (accepted.length === 0) return { ...verdict('failed', 'not-exactly-one', others[0]!), came }
  return { ...(verdicts.find(({ result }) => result === 'warned') ?? verdicts[0]!), came }
}

/** Wait after the time the server stated, milliseconds: its clock may be a little slow. */
const grace = 1500

async function afterExpiry(probe: Probe): Promise<Verdict> {
  const challenge = await probe.challenge()
  const left = Date.parse(challenge.expiresAt) - Date.now() + grace
  if (left > probe.maxWaitMs)
    return { result: 'not-run', reason: 'waiting-too-long', came: `${Math.ceil(left / 1000)} s` }
  const token = await probe.token(challenge)
  await probe.wait(Math.max(left, 0))
  return expectRefusal(await probe.hand(token), expired)
}
