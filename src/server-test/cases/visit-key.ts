/** The visit key of a token of format 2, and tokens of format 1, which have none. */

import type { Probe, TokenPlan } from '../probe.ts'
import { expectAcceptance, expectRefusal, type Verdict, verdict } from '../verdict.ts'
import { type CaseText, type EvaluationCase, refusing } from './case.ts'

/** A server that serves format 1 only refuses each of these for its format. */
const malformed = ['ERR_TOKEN']

/** The base point of X25519, RFC 7748 4.1: a key like any other, but not that of the token. */
const basePoint = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 9 : 0))

/** A point of order 8. */
const smallOrder = Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex')

const length = {
  en: 'The key is 32 bytes: what a parser cuts off or fills up is another key than the card signed.',
  ja: '鍵は32バイトです。切り詰めたり補ったりした鍵は、カードが署名した鍵ではありません。',
}

const weak = {
  en: 'RFC 7748 6.1: with such a point the shared secret is known, and a document encrypted to it can be read by anyone.',
  ja: 'RFC 7748 6.1: このような点では共有の秘密が既知となり、暗号化した証明書を誰でも読めてしまいます。',
}

interface Row extends CaseText {
  readonly plan: TokenPlan
}

const rows: readonly Row[] = [
  {
    id: 'visit-key-altered',
    codes: ['ERR_TOKEN_SIGNATURE', ...malformed],
    plan: { signedVisitKey: basePoint },
    title: { en: 'The visit key altered after signing', ja: '署名後に書き換えられた来訪の鍵' },
    why: {
      en: 'The signature must cover the key: otherwise the document can be had encrypted to another one.',
      ja: '署名は鍵を含まなければなりません。含まないと、証明書を別の鍵で暗号化させることができます。',
    },
  },
  {
    id: 'visit-key-missing',
    codes: malformed,
    plan: { visitKey: 'absent' },
    title: { en: 'A token of format 2 without a visit key', ja: '来訪の鍵のない形式2のトークン' },
    why: {
      en: 'Without a key nothing can be encrypted to this visit: what is missing must not be taken for format 1.',
      ja: '鍵がなければ、この来訪だけに向けて暗号化できません。形式1とみなしてはなりません。',
    },
  },
  {
    id: 'visit-key-31-bytes',
    codes: malformed,
    plan: { visitKey: basePoint.subarray(0, 31) },
    title: { en: 'A visit key of 31 bytes', ja: '31バイトの来訪の鍵' },
    why: length,
  },
  {
    id: 'visit-key-33-bytes',
    codes: malformed,
    plan: { visitKey: Uint8Array.of(...basePoint, 0) },
    title: { en: 'A visit key of 33 bytes', ja: '33バイトの来訪の鍵' },
    why: length,
  },
  {
    id: 'visit-key-zero',
    codes: malformed,
    plan: { visitKey: new Uint8Array(32) },
    title: { en: 'A visit key of zeros', ja: 'すべて0の来訪の鍵' },
    why: weak,
  },
  {
    id: 'visit-key-small-order',
    codes: malformed,
    plan: { visitKey: smallOrder },
    title: { en: 'A visit key that is a point of order 8', ja: '位数8の点である来訪の鍵' },
    why: weak,
  },
]

const notServed: CaseText = {
  id: 'format-1-not-served',
  codes: malformed,
  title: {
    en: 'A good token of format 1, to a server that issues no challenge in it',
    ja: '形式1のチャレンジを発行しないサーバーへの、形式1の正しいトークン',
  },
  why: {
    en: 'Its key is not signed: a server that takes it although only format 2 is configured can be made to do without.',
    ja: '形式1には署名された鍵がありません。形式2だけを設定したサーバーが受理すると、鍵なしで済まされてしまいます。',
  },
}

export const visitKeyCases: readonly EvaluationCase[] = [
  ...rows.map((row) =>
    refusing('claims', row, async (probe) => {
      const { challenge } = await probe.challengeOf('jpki-card-token:2')
      return probe.hand(await probe.token(challenge, row.plan))
    }),
  ),
  refusing(
    'claims',
    {
      id: 'visit-key-in-format-1',
      codes: malformed,
      title: { en: 'A token of format 1 with a visit key', ja: '来訪の鍵を含む形式1のトークン' },
      why: {
        en: 'The card has not signed this key: anybody on the way can have put it there.',
        ja: 'カードはこの鍵に署名していません。経路上の誰でも入れることができます。',
      },
    },
    async (probe) => {
      const { challenge } = await probe.challengeOf('jpki-card-token:1')
      return probe.hand(await probe.token(challenge, { visitKey: basePoint }))
    },
  ),
  { ...notServed, family: 'claims', expected: 'refuse', run: olderFormat },
]

async function olderFormat(probe: Probe): Promise<Verdict> {
  const { challenge, served } = await probe.challengeOf('jpki-card-token:1')
  const answer = await probe.hand(await probe.token(challenge))
  if (!served) return expectRefusal(answer, notServed)
  const accepted = expectAcceptance(answer, { terminal: probe.terminal.name, purpose: probe.purpose })
  return accepted.result === 'passed' ? verdict('warned', 'older-format', answer) : accepted
}
