/** Requests a server must accept. */

import { toBase64 } from '../../bytes.ts'
import { challengeDigest, holderDigest } from '../../token/index.ts'
import { codeOf, field } from '../client.ts'
import { leakIn } from '../leaks.ts'
import { holderOf, type Probe, type TokenPlan } from '../probe.ts'
import { expectAcceptance, type Verdict, verdict } from '../verdict.ts'
import { type CaseText, type EvaluationCase, refusing } from './case.ts'
import { signatures } from './signature.ts'

type Row = Omit<CaseText, 'codes'>

function accepting(row: Row, run: (probe: Probe) => Promise<Verdict>): EvaluationCase {
  return { ...row, family: 'good', expected: 'accept', codes: [], run }
}

/** The control: if it fails, a refusal of anything else proves nothing. */
export const control: EvaluationCase = accepting(
  {
    id: 'accept-rs256',
    title: { en: 'A good token: RS256, first CA generation', ja: '正しいトークン（RS256、第1世代の認証局）' },
    why: {
      en: 'The server must accept a right token. If it does not, its refusals of wrong ones prove nothing.',
      ja: '正しいトークンは受理されなければなりません。受理されなければ、誤ったトークンを拒否しても何も確かめられません。',
    },
  },
  (probe) => accepted(probe),
)

/** Submitted after all other cases. */
export const lastCase: EvaluationCase = accepting(
  {
    id: 'accept-at-the-end',
    title: { en: 'A good token after everything else', ja: 'すべての試験の後の正しいトークン' },
    why: {
      en: 'Nothing that was sent may have stopped the server or made it refuse every token.',
      ja: 'これまでに送ったものによって、サーバーが停止したり、全員を拒否したりしてはなりません。',
    },
  },
  (probe) => accepted(probe),
)

export const goodCases: readonly EvaluationCase[] = [
  control,
  accepting(
    {
      id: 'accept-ca-certificate',
      title: {
        en: 'A good token with the CA certificate of the card',
        ja: 'カード内の認証局証明書を含む正しいトークン',
      },
      why: {
        en: 'Cards hold the certificate of their CA, and terminals may send it along.',
        ja: 'カードには認証局の証明書があり、端末はそれを一緒に送ることができます。',
      },
    },
    async (probe) => {
      const token = await probe.token(await probe.challenge())
      const caCertificate = toBase64(probe.credentials.certificate('first'))
      return expectAcceptance(await probe.hand({ ...token, caCertificate }), claimsOf(probe))
    },
  ),
  accepting(
    {
      id: 'accept-second-generation',
      title: {
        en: 'A good token of another CA generation with the same name',
        ja: '同じ名前を持つ別世代の認証局の正しいトークン',
      },
      why: {
        en: 'All generations of a JPKI CA have one name; a server that knows one key by name refuses half of the holders.',
        ja: '公的個人認証の認証局は、世代が替わっても名前が同じです。名前だけで鍵を選ぶと、別の世代の利用者を拒否します。',
      },
    },
    (probe) => accepted(probe, { credential: 'second' }),
  ),
  accepting(
    {
      id: 'accept-ps256',
      title: { en: 'A good token with PS256 (may be refused)', ja: 'PS256 の正しいトークン（拒否してもよい）' },
      why: {
        en: 'For information: today’s cards make RS256 only. A server that does not offer PS256 must refuse it with a code.',
        ja: '参考項目です。現在のカードは RS256 だけです。PS256 に対応しないサーバーは、コードを付けて拒否しなければなりません。',
      },
    },
    async (probe) => {
      const answer = await probe.play({ algorithm: 'PS256', sign: signatures.ps256 })
      const code = codeOf(answer)
      if (code === 'ERR_TOKEN_ALGORITHM' || code === 'ERR_TOKEN') return verdict('passed', 'not-offered', answer)
      return expectAcceptance(answer, claimsOf(probe))
    },
  ),
  accepting(
    {
      id: 'accept-same-holder',
      title: {
        en: 'Two good tokens of one card, and one of another',
        ja: '同じカードの正しいトークン2つと、別のカードのもの1つ',
      },
      why: {
        en: 'The same certificate must be recognised again, and two persons must never be taken for one.',
        ja: '同じ証明書は同じ人と認識され、別の2人が同じ人と扱われてはなりません。',
      },
    },
    sameHolder,
  ),
  accepting(
    {
      id: 'accept-without-personal-data',
      title: { en: 'Personal data in an acceptance', ja: '受理の応答に含まれる個人情報' },
      why: {
        en: 'The serial number may be collected by authorised verifiers only: it is returned on request only.',
        ja: '証明書の発行番号を扱えるのは認められた検証者だけです。求められない限り、応答に含めてはなりません。',
      },
    },
    withoutPersonalData,
  ),
  accepting(
    {
      id: 'accept-names-challenge',
      title: {
        en: 'An acceptance names the challenge it is an answer to, and ties the holder to the certificate',
        ja: '受理の応答が示すチャレンジと、利用者と証明書の対応',
      },
      why: {
        en: 'A terminal refuses an acceptance that may belong to another person: it needs challengeDigest and holderDigest.',
        ja: '別の人への応答かもしれない受理を、端末は拒否します。challengeDigest と holderDigest が必要です。',
      },
    },
    namesChallenge,
  ),
  accepting(
    {
      id: 'challenge-form',
      title: { en: 'A challenge, field by field', ja: 'チャレンジの各項目' },
      why: {
        en: 'Terminals refuse a challenge of another origin, terminal or purpose, so that no card signs for another server.',
        ja: '他の発信元・端末・用途のチャレンジを端末は拒否します。別の相手のためにカードが署名しないためです。',
      },
    },
    challengeForm,
  ),
  accepting(
    {
      id: 'challenge-fresh',
      title: { en: 'Twenty challenges, each with a nonce of its own', ja: '20個のチャレンジと、それぞれ異なるナンス' },
      why: {
        en: 'A repeated nonce makes a recorded token valid again.',
        ja: '同じナンスが二度使われると、記録されたトークンが再び有効になります。',
      },
    },
    challengeFresh,
  ),
  refusing(
    'good',
    {
      id: 'challenge-bad-terminal',
      codes: ['ERR_TOKEN_TERMINAL', 'ERR_TOKEN'],
      title: {
        en: 'A challenge asked for with a line break in the terminal',
        ja: '端末名に改行を含むチャレンジの要求',
      },
      why: {
        en: 'Names go into logs and signatures: 1 to 64 of A-Z a-z 0-9 . _ - and nothing else.',
        ja: '名前は記録と署名に使われます。使えるのは A-Z a-z 0-9 . _ - の1～64文字だけです。',
      },
    },
    (probe) => probe.askChallenge({ terminal: `${probe.terminal.name}\nforged: line`, purpose: probe.purpose }),
  ),
  refusing(
    'good',
    {
      id: 'challenge-purpose-of-dots',
      codes: ['ERR_TOKEN_PURPOSE', 'ERR_TOKEN'],
      title: { en: 'A challenge asked for with .. as the purpose', ja: '用途を .. とするチャレンジの要求' },
      why: {
        en: 'Names become parts of paths and file names, where dots alone name another folder.',
        ja: '名前はパスやファイル名に使われます。点だけの名前は別のフォルダーを指します。',
      },
    },
    (probe) => probe.askChallenge({ terminal: probe.terminal.name, purpose: '..' }),
  ),
]

function claimsOf({ terminal, purpose }: Probe): { readonly terminal: string; readonly purpose: string } {
  return { terminal: terminal.name, purpose }
}

async function accepted(probe: Probe, plan: TokenPlan = {}): Promise<Verdict> {
  return expectAcceptance(await probe.play(plan), claimsOf(probe))
}

async function sameHolder(probe: Probe): Promise<Verdict> {
  const answers = [await probe.play(), await probe.play(), await probe.play({ credential: 'other' })]
  const verdicts = answers.map((answer) => expectAcceptance(answer, claimsOf(probe)))
  const wrong = verdicts.find(({ result }) => result !== 'passed')
  if (wrong !== undefined) return wrong
  const [one, again, other] = answers.map(holderOf)
  return one === again && one !== other ? verdicts[0]! : verdict('failed', 'other-holder', answers[2]!)
}

async function withoutPersonalData(probe: Probe): Promise<Verdict> {
  const token = await probe.token(await probe.challenge())
  const answer = await probe.hand(token)
  const verified = expectAcceptance(answer, claimsOf(probe))
  if (verified.result !== 'passed' || answer.kind === 'silence') return verified
  return leakIn(answer.text, token) === undefined ? verified : verdict('failed', 'personal-data', answer)
}

async function namesChallenge(probe: Probe): Promise<Verdict> {
  const token = await probe.token(await probe.challenge())
  const answer = await probe.hand(token)
  const verified = expectAcceptance(answer, claimsOf(probe))
  if (verified.result !== 'passed' || answer.kind === 'silence') return verified
  const nonce = Buffer.from(token['nonce']!, 'base64url')
  const holder = holderDigest(nonce, Buffer.from(token['certificate']!, 'base64'), holderOf(answer)!)
  const right =
    field(answer.json, 'challengeDigest') === challengeDigest(nonce) && field(answer.json, 'holderDigest') === holder
  return right ? verified : verdict('failed', 'malformed', answer)
}

async function challengeForm(probe: Probe): Promise<Verdict> {
  const { origin, terminal, purpose, expiresAt } = await probe.challenge()
  const right =
    origin === probe.origin &&
    terminal === probe.terminal.name &&
    purpose === probe.purpose &&
    Date.parse(expiresAt) > Date.now()
  return { result: right ? 'passed' : 'failed', reason: right ? 'as-expected' : 'malformed', came: '201' }
}

async function challengeFresh(probe: Probe): Promise<Verdict> {
  const nonces = new Set<string>()
  for (let i = 0; i < 20; i++) nonces.add((await probe.challenge()).nonce)
  const fresh = nonces.size === 20
  return { result: fresh ? 'passed' : 'failed', reason: fresh ? 'as-expected' : 'repeated-nonce', came: '201' }
}
