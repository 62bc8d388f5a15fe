/** Options common to several commands. Options of a single command are defined beside it. */

import type { IndividualNumberPurpose } from '../card-face/index.ts'
import { choice, type Option } from './arguments.ts'

/**
 * Name of a purpose or terminal, as `identifierPattern` of `jpki-card/token`; repeated so that help does not load that
 * module.
 */
export const identifier: RegExp = /^(?!\.+$)[A-Za-z0-9._-]{1,64}$/

/** A whole number of up to five digits. */
export const wholeNumber: RegExp = /^\d{1,5}$/

/** A day as `YYYY-MM-DD`. */
export const day: Pick<Option, 'meta' | 'pattern' | 'typed'> = {
  meta: 'YYYY-MM-DD',
  pattern: /^\d{4}-\d{2}-\d{2}$/,
  typed: true,
}

export const json: Option = {
  name: 'json',
  help: {
    ja: '標準出力に JSON を1つだけ出力します（案内は標準エラー出力）',
    en: 'one JSON object on standard output, everything for people on standard error',
  },
}

export const lang: Option<'ja' | 'en'> = choice(['ja', 'en'], {
  name: 'lang',
  help: {
    ja: '表示言語（既定は LC_ALL、LC_MESSAGES、LANG）',
    en: 'language, default from LC_ALL, LC_MESSAGES, LANG',
  },
})

export const help: Option = { name: 'help', help: { ja: 'この説明を表示します', en: 'show this help' } }

export const reader: Option = {
  name: 'reader',
  meta: 'NAME',
  help: {
    ja: '使用するリーダーの名前、またはその一部（大文字と小文字は区別しません）',
    en: 'use this reader only: its name, or a unique part of it, case-insensitive',
  },
}

export const wait: Option = {
  name: 'wait',
  meta: 'SECONDS',
  pattern: wholeNumber,
  help: {
    ja: 'カードを待つ秒数（0 は待たない。既定は 60、--json では 10）',
    en: 'how long to wait for a card: 0 not at all; default 60, with --json 10',
  },
}

export const binding: Option<'pcsc-mini' | 'pcsclite'> = choice(['pcsc-mini', 'pcsclite'], {
  name: 'binding',
  help: { ja: 'リーダーと通信するライブラリ', en: 'PC/SC binding' },
})

export const isolated: Option = {
  name: 'isolated',
  help: {
    ja: 'リーダーと通信するライブラリを別プロセスで動かし、異常終了してもエラーで済むようにします',
    en: 'run the PC/SC binding in a child process, so that its crash is reported as an error',
  },
}

export const virtual: Option = {
  name: 'virtual',
  help: {
    ja: '仮想カードを使います（利用者証明用 1234、署名用 ABC123）',
    en: 'use a virtual card in process (user-authentication PIN 1234, signature password ABC123)',
  },
}

export const kind: Option<'my-number' | 'juki' | 'phone-android' | 'phone-iphone'> = choice(
  ['my-number', 'juki', 'phone-android', 'phone-iphone'],
  {
    name: 'kind',
    aliases: ['virtual-kind'],
    help: { ja: '仮想カードの種類', en: 'kind of the virtual card' },
  },
)

export const identity: Option = {
  name: 'identity',
  meta: 'FILE',
  help: {
    ja: '仮想カードの人物のファイル（town が作成）。--kind を指定した場合は、人物のみを使います',
    en: 'person and card of the virtual card, as town writes them; with --kind the person only',
  },
}

export const noShortFileId: Option = {
  name: 'no-short-file-id',
  help: {
    ja: '仮想カードで短縮ファイル識別子を無効にします',
    en: 'the virtual card does not support short file identifiers',
  },
}

export const noExtendedLength: Option = {
  name: 'no-extended-length',
  help: { ja: '仮想カードで拡張長を無効にします', en: 'the virtual card does not support extended length APDUs' },
}

export const noDirectReference: Option = {
  name: 'no-direct-reference',
  help: {
    ja: '仮想カードで暗証番号と鍵の直接参照を無効にします',
    en: 'the virtual card does not support direct PIN and key references',
  },
}

export const extendedLength: Option<'yes' | 'no'> = choice(['yes', 'no'], {
  name: 'extended-length',
  help: {
    ja: 'リーダーとカードが拡張長APDUに対応しているか（既定では自動で判定）',
    en: 'whether reader and card support extended length APDUs; default: probed',
  },
})

export const shortFileId: Option<'yes' | 'no'> = choice(['yes', 'no'], {
  name: 'short-file-id',
  help: {
    ja: '短縮ファイル識別子に対応しているか（既定では自動で判定）',
    en: 'whether they support short file identifiers; default: probed',
  },
})

export const directReference: Option<'yes' | 'no'> = choice(['yes', 'no'], {
  name: 'direct-reference',
  help: {
    ja: 'コマンド内での暗証番号と鍵の直接参照に対応しているか（既定では自動で判定）',
    en: 'whether they support direct PIN and key references; default: probed',
  },
})

export const selectWithoutData: Option<'yes' | 'no'> = choice(['yes', 'no'], {
  name: 'select-without-data',
  help: {
    ja: 'データを求めない SELECT（P2=0C）に対応しているか（既定では自動で判定）',
    en: 'whether SELECT without response data (P2 = 0C) is supported; default: probed',
  },
})

export const pinStdin: Option = {
  name: 'pin-stdin',
  help: {
    ja: '暗証番号を標準入力から1行ずつ読み取ります',
    en: 'read PINs from standard input, one per line',
  },
}

export const spendLastTry: Option = {
  name: 'accept-that-a-wrong-pin-blocks-the-card',
  help: {
    ja: 'ご本人の同意のもと、最後の1回も使用します',
    en: 'use the last try too, with the consent of the holder',
  },
}

/** Options of every command, except `--json` where a command has no result. */
export const generalOptions: readonly Option[] = [json, lang, help]

/** Limitations of a virtual card. */
export const virtualLimits: readonly Option[] = [noShortFileId, noExtendedLength, noDirectReference]

/** Options of real readers, not applicable to a virtual card. */
export const realOnly: readonly Option[] = [reader, binding, isolated]

/** Source of the readers: a virtual card, or a binding. */
export const sourceOptions: readonly Option[] = [virtual, kind, identity, ...virtualLimits, binding, isolated]

/** Known capabilities of card and reader; they are then not probed in the session. */
export const capabilityOptions: readonly Option[] = [extendedLength, shortFileId, directReference, selectWithoutData]

/** Options of a command that opens a session with a card. */
export const cardOptions: readonly Option[] = [reader, wait, ...capabilityOptions, ...sourceOptions, ...generalOptions]

/**
 * Options of a command that asks for a PIN as well. Help lists these under one heading, after the command's own
 * options.
 */
export const pinOptions: readonly Option[] = [pinStdin, spendLastTry, ...cardOptions]

export const out: Option = { name: 'out', meta: 'FILE', help: { ja: '書き込むファイル', en: 'write to this file' } }

export const outFolder: Option = {
  name: 'out',
  meta: 'DIR',
  help: { ja: '画像を書き込むフォルダー', en: 'write images into this folder' },
}

export const anchors: Option = {
  name: 'anchors',
  meta: 'DIR',
  several: true,
  help: {
    ja: '信頼する認証局の証明書のフォルダーまたはファイル（複数回指定できます）',
    en: 'folder or file of the CA certificates to trust; may be given several times',
  },
}

export const crl: Option = {
  name: 'crl',
  meta: 'FILE',
  several: true,
  help: {
    ja: '失効リストのファイルまたはフォルダー（複数回指定できます）',
    en: 'revocation list, or folder of them; may be given several times',
  },
}

export const ocsp: Option = {
  name: 'ocsp',
  meta: 'FILE',
  several: true,
  help: { ja: 'OCSP応答のファイル（複数回指定できます）', en: 'OCSP response; may be given several times' },
}

export const at: Option = {
  name: 'at',
  meta: 'TIME',
  pattern: /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/,
  help: {
    ja: '検証する日時（例 2026-04-01T00:00:00+09:00。既定は現在）',
    en: 'time of verification, for example 2026-04-01T00:00:00+09:00; default now',
  },
}

export const birthDate: Option = {
  name: 'birth-date',
  ...day,
  help: {
    ja: 'ご本人の生年月日（期限を定めた規則の特定に使います）',
    en: 'birth date of the holder, to determine the rule behind a date',
  },
}

export const html: Option = {
  name: 'html',
  meta: 'FILE',
  help: { ja: '結果を1つの HTML ファイルに書き込みます', en: 'write the report as one HTML page' },
}

export const junit: Option = {
  name: 'junit',
  meta: 'FILE',
  help: { ja: '結果を JUnit XML のファイルに書き込みます', en: 'write the report as JUnit XML' },
}

export const origin: Option = {
  name: 'origin',
  meta: 'ORIGIN',
  pattern: /^https?:\/\/[a-z0-9.:[\]-]{1,250}$/,
  help: {
    ja: 'チャレンジの発信元（URL と異なる場合）',
    en: 'origin of its challenges, when it is not that of the URL',
  },
}

export const timeout: Option = {
  name: 'timeout',
  meta: 'SECONDS',
  pattern: wholeNumber,
  help: { ja: '1つの応答を待つ最長の秒数（既定 15）', en: 'longest wait for one response, default 15' },
}

export const numberPurpose: Option<IndividualNumberPurpose> = choice(
  ['social-security', 'tax', 'disaster', 'other-statute', 'ordinance', 'holder'],
  {
    name: 'purpose',
    meta: 'NAME',
    help: { ja: '個人番号の利用目的', en: 'purpose of use of the individual number' },
  },
)

export const codeB: Option = {
  name: 'code-b',
  help: {
    ja: '暗証番号の代わりに照合番号Bを使います',
    en: 'use verification code B in place of the PIN',
  },
}

export const printedCode: Option<'birth-date' | 'code-a' | 'code-b'> = choice(['birth-date', 'code-a', 'code-b'], {
  name: 'with',
  help: { ja: '券面の読み取りに使う番号', en: 'printed data that the PIN is derived from' },
})

export const roots: Option = {
  name: 'roots',
  meta: 'FILE|known|known-test',
  several: true,
  help: {
    ja: '信頼するルート鍵（複数回指定できます）',
    en: 'root keys to trust; may be given several times',
  },
}

export const png: Option = { name: 'png', help: { ja: '顔写真を PNG にします', en: 'photo as PNG' } }

export const profile: Option = {
  name: 'profile',
  meta: 'FILE',
  help: {
    ja: '市区町村が記録した内容を記述したプロファイル',
    en: 'profile of the municipal application or stripe',
  },
}
