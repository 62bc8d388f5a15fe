/** Bodies that are not a token in JSON. Each is a good token in a wrong form. */

import type { Answer, Claimed } from '../client.ts'
import type { Probe } from '../probe.ts'
import { type CaseText, type EvaluationCase, refusing } from './case.ts'

const malformed = ['ERR_TOKEN', 'ERR_REQUEST']

const strict = {
  en: 'A body that is not exactly a token is refused with a code: lenient parsers differ, and attackers use the differences.',
  ja: '正確にトークンでないものは、コードを付けて拒否します。推測する読み手の間の違いは、攻撃に使われます。',
}

interface Row extends CaseText {
  readonly orUncoded?: readonly number[]
  readonly headers?: Readonly<Record<string, string>>
  /** The body, from a good token. */
  readonly body: (token: Claimed) => Uint8Array
}

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

const rows: readonly Row[] = [
  {
    id: 'body-oversized',
    codes: [...malformed, 'ERR_BODY_TOO_LARGE'],
    orUncoded: [413],
    body: (token) => Buffer.concat([json({ token }), Buffer.alloc(1_048_576, 0x20)]),
    title: { en: 'A good token followed by 1 MiB of spaces', ja: '正しいトークンの後に 1 MiB の空白' },
    why: {
      en: 'A token has at most 16 384 characters. Without a limit, a sender can exhaust the memory of the server.',
      ja: 'トークンは最大 16 384 文字です。それ以上を受け取ると、メモリーを使い果たされます。',
    },
  },
  {
    id: 'body-empty',
    codes: malformed,
    body: () => new Uint8Array(),
    title: { en: 'An empty body', ja: '空の本文' },
    why: strict,
  },
  {
    id: 'body-not-json',
    codes: malformed,
    body: (token) => Buffer.from(new URLSearchParams(token).toString()),
    title: { en: 'A body that is not JSON', ja: 'JSON ではない本文' },
    why: strict,
  },
  {
    id: 'body-other-shape',
    codes: malformed,
    body: (token) => json([token]),
    title: { en: 'JSON of another shape: a list', ja: '形の異なる JSON（配列）' },
    why: strict,
  },
  {
    id: 'body-unknown-field',
    codes: malformed,
    body: (token) => json({ token: { ...token, trusted: 'true' } }),
    title: { en: 'A token with an unexpected field', ja: '余分な項目を含むトークン' },
    why: strict,
  },
  {
    id: 'body-duplicate-key',
    codes: malformed,
    body: (token) => Buffer.from(JSON.stringify({ token }).replace('{"token":{', '{"token":{"purpose":"another",')),
    title: { en: 'A token with a duplicate field', ja: '同じ項目が2つあるトークン' },
    why: {
      en: 'RFC 8259 4: one parser takes the first, another the last. A proxy and the server must not see two tokens.',
      ja: 'RFC 8259 4: 先を読むものと後を読むものがあります。中継機とサーバーで解釈が異なってはなりません。',
    },
  },
  {
    id: 'body-content-type',
    codes: [...malformed, 'ERR_MEDIA_TYPE'],
    orUncoded: [415],
    headers: { 'content-type': 'text/plain' },
    body: (token) => json({ token }),
    title: { en: 'A good token as text/plain', ja: 'text/plain で送った正しいトークン' },
    why: {
      en: 'Browsers send text/plain for any page without a preflight request; application/json needs one.',
      ja: 'ブラウザーは text/plain を、事前の確認なしに他のページから送信します。application/json は送信しません。',
    },
  },
  {
    id: 'body-invalid-utf8',
    codes: malformed,
    body: overlong,
    title: { en: 'A letter in an overlong form of UTF-8', ja: '冗長な UTF-8 で書いた文字' },
    why: {
      en: 'RFC 3629 3, 10: decoders that accept it let forbidden characters pass earlier checks.',
      ja: 'RFC 3629 3、10: これを受け入れる復号器は、事前の検査をすり抜ける文字を作り出します。',
    },
  },
  {
    id: 'body-deeply-nested',
    codes: malformed,
    body: () => Buffer.from(`{"token":${'['.repeat(7000)}${']'.repeat(7000)}}`),
    title: { en: '7 000 nested lists', ja: '7 000段の入れ子の配列' },
    why: {
      en: 'A recursive parser overflows its stack, and the process crashes.',
      ja: '再帰で読むと、スタックが尽きてプロセスごと停止します。',
    },
  },
]

export const bodyCases: readonly EvaluationCase[] = rows.map((row) =>
  refusing('body', row, (probe) => handIn(probe, row)),
)

async function handIn(probe: Probe, { body, headers }: Row): Promise<Answer> {
  const token = await probe.token(await probe.challenge())
  const answer = await probe.handText(body(token), headers)
  probe.leaks.watch(answer, token)
  return answer
}

/** The `j` of the format as C1 AA, which is `j` to a lenient decoder only. */
function overlong(token: Claimed): Uint8Array {
  const good = Buffer.from(JSON.stringify({ token }))
  const at = good.indexOf('jpki-card-token')
  return Buffer.concat([good.subarray(0, at), Buffer.of(0xc1, 0xaa), good.subarray(at + 1)])
}
