/** Claims in the token that differ from those the card signed or the server issued. */

import type { TokenPlan } from '../probe.ts'
import { type CaseText, type EvaluationCase, refusing } from './case.ts'

const elsewhere = 'https://elsewhere.invalid'

interface Row extends CaseText {
  readonly plan: (other: { readonly terminal: string; readonly purpose: string }) => TokenPlan
}

const signature = ['ERR_TOKEN_SIGNATURE']

const rows: readonly Row[] = [
  {
    id: 'origin-other',
    codes: ['ERR_TOKEN_ORIGIN'],
    plan: () => ({ claims: { origin: elsewhere } }),
    title: { en: 'A token made and signed for another server', ja: '別のサーバーのために作成・署名されたトークン' },
    why: {
      en: 'A server must not be able to use a card’s answer to itself at another server.',
      ja: 'あるサーバーが、自分宛ての応答を別のサーバーで使えてはなりません。',
    },
  },
  {
    id: 'terminal-other',
    codes: ['ERR_TOKEN_TERMINAL'],
    plan: ({ terminal }) => ({ claims: { terminal } }),
    title: { en: 'A token that claims, and signs, another terminal', ja: '別の端末を名乗り、署名もそのトークン' },
    why: {
      en: 'The terminal is the one the server gave the challenge to, not the one in the token.',
      ja: '端末は、トークンの申告ではなく、チャレンジを発行した相手で決まります。',
    },
  },
  {
    id: 'purpose-other',
    codes: ['ERR_TOKEN_PURPOSE'],
    plan: ({ purpose }) => ({ claims: { purpose } }),
    title: { en: 'A token that claims, and signs, another purpose', ja: '別の用途を名乗り、署名もそのトークン' },
    why: {
      en: 'The purpose is the one the server gave the challenge for, not the one in the token.',
      ja: '用途は、トークンの申告ではなく、チャレンジの発行時に決まります。',
    },
  },
  {
    id: 'origin-altered',
    codes: signature,
    plan: () => ({ signed: { origin: elsewhere } }),
    title: { en: 'The origin altered after signing', ja: '署名後に書き換えられた発信元' },
    why: {
      en: 'The signature must cover the origin: otherwise another server’s tokens can be rewritten for this one.',
      ja: '署名は発信元を含まなければなりません。含まないと、別のサーバー宛てのトークンを書き換えて使えます。',
    },
  },
  {
    id: 'terminal-altered',
    codes: signature,
    plan: ({ terminal }) => ({ signed: { terminal } }),
    title: { en: 'The terminal altered after signing', ja: '署名後に書き換えられた端末' },
    why: {
      en: 'The signature must cover the terminal.',
      ja: '署名は端末を含まなければなりません。',
    },
  },
  {
    id: 'purpose-altered',
    codes: signature,
    plan: ({ purpose }) => ({ signed: { purpose } }),
    title: { en: 'The purpose altered after signing', ja: '署名後に書き換えられた用途' },
    why: {
      en: 'The signature must cover the purpose: otherwise an answer for a harmless purpose can be used for another.',
      ja: '署名は用途を含まなければなりません。含まないと、無害な用途への応答が別の用途に使われます。',
    },
  },
  {
    id: 'nonce-altered',
    codes: signature,
    plan: () => ({ signed: { nonce: Buffer.alloc(32).toString('base64url') } }),
    title: { en: 'The nonce altered after signing', ja: '署名後に書き換えられたナンス' },
    why: {
      en: 'The signature must cover the nonce: otherwise one recorded answer fits every challenge.',
      ja: '署名はナンスを含まなければなりません。含まないと、一度記録した応答がどのチャレンジにも使えます。',
    },
  },
]

export const claimCases: readonly EvaluationCase[] = [
  ...rows.map((row) =>
    refusing('claims', row, (probe) =>
      probe.play(row.plan({ terminal: probe.otherTerminal.name, purpose: probe.otherPurpose })),
    ),
  ),
  refusing(
    'claims',
    {
      id: 'format-other',
      codes: ['ERR_TOKEN'],
      title: { en: 'Another version of the token format', ja: '別の版のトークン形式' },
      why: {
        en: 'An unknown version may have another meaning: it is refused.',
        ja: '未知の版は意味が異なる可能性があります。推測せず、拒否しなければなりません。',
      },
    },
    async (probe) => probe.hand({ ...(await probe.token(await probe.challenge())), format: 'jpki-card-token:3' }),
  ),
]
