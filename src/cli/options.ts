/** Options that several commands take, each once. One of a single command stands with the command. */

import type { IndividualNumberPurpose } from '../card-face/index.ts'
import { choice, type Option } from './arguments.ts'

/** A name of a purpose or terminal, as `identifierPattern` of `jpki-card/token` has it; written again so that help loads no token. */
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
    en: 'use this reader only: its name, or any part of it that no other has, in any case',
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
  help: { ja: 'リーダーと通信するライブラリ', en: 'library that talks to readers' },
})

export const isolated: Option = {
  name: 'isolated',
  help: {
    ja: 'リーダーと通信するライブラリを別プロセスで動かし、異常終了してもエラーで済むようにします',
    en: 'run the library that talks to readers in a process of its own, so that a crash of it is an error only',
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

export const noShortFileId: Option = {
  name: 'no-short-file-id',
  help: {
    ja: '仮想カードで短縮ファイル識別子を無効にします',
    en: 'the virtual card takes no short file identifiers',
  },
}

export const noExtendedLength: Option = {
  name: 'no-extended-length',
  help: { ja: '仮想カードで拡張長を無効にします', en: 'the virtual card takes no extended lengths' },
}

export const noDirectReference: Option = {
  name: 'no-direct-reference',
  help: {
    ja: '仮想カードで暗証番号と鍵の直接参照を無効にします',
    en: 'the virtual card takes no direct PIN and key references',
  },
}

export const extendedLength: Option<'yes' | 'no'> = choice(['yes', 'no'], {
  name: 'extended-length',
  help: {
    ja: 'リーダーとカードが拡張長APDUに対応しているか（既定では自動で判定）',
    en: 'whether reader and card take extended lengths; default: found out',
  },
})

export const shortFileId: Option<'yes' | 'no'> = choice(['yes', 'no'], {
  name: 'short-file-id',
  help: {
    ja: '短縮ファイル識別子に対応しているか（既定では自動で判定）',
    en: 'whether they take short file identifiers; default: found out',
  },
})

export const directReference: Option<'yes' | 'no'> = choice(['yes', 'no'], {
  name: 'direct-reference',
  help: {
    ja: 'コマンド内での暗証番号と鍵の直接参照に対応しているか（既定では自動で判定）',
    en: 'whether they take PINs and keys named in the command; default: found out',
  },
})

export const selectWithoutData: Option<'yes' | 'no'> = choice(['yes', 'no'], {
  name: 'select-without-data',
  help: {
    ja: 'データを求めない SELECT（P2=0C）に対応しているか（既定では自動で判定）',
    en: 'whether SELECT may ask for no data (P2 = 0C); default: found out',
  },
})

export const pinStdin: Option = {
  name: 'pin-stdin',
  help: {
    ja: '暗証番号を標準入力から1行ずつ読み取ります',
    en: 'read PINs from standard input, one a line',
  },
}

export const spendLastTry: Option = {
  name: 'accept-that-a-wrong-pin-blocks-the-card',
  help: {
    ja: 'ご本人の同意のもと、最後の1回も使用します',
    en: 'use the last try too, with the consent of the holder',
  },
}

/** Every command takes these, but for `--json` where there is nothing to answer. */
export const generalOptions: readonly Option[] = [json, lang, help]

/** How a virtual card is limited. */
export const virtualLimits: readonly Option[] = [noShortFileId, noExtendedLength, noDirectReference]

/** What the reader's own options are about; a virtual card has no use for them. */
export const realOnly: readonly Option[] = [reader, binding, isolated]

/** What is behind the readers: a virtual card, or a binding. */
export const sourceOptions: readonly Option[] = [virtual, kind, ...virtualLimits, binding, isolated]

/** What card and reader take, where that is known: not found out in the session then. */
export const capabilityOptions: readonly Option[] = [extendedLength, shortFileId, directReference, selectWithoutData]

/** Options of a command that opens a session with a card. */
export const cardOptions: readonly Option[] = [reader, wait, ...capabilityOptions, ...sourceOptions, ...generalOptions]

/** Options of one that asks for a PIN besides. Help names these under one heading, after what is the command's own. */
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
    en: 'birth date of the holder, to find the rule behind a day',
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
  help: { ja: '1つの応答を待つ最長の秒数（既定 15）', en: 'longest wait for one answer, default 15' },
}

export const numberPurpose: Option<IndividualNumberPurpose> = choice(
  ['social-security', 'tax', 'disaster', 'other-statute', 'ordinance', 'holder'],
  {
    name: 'purpose',
    meta: 'NAME',
    help: { ja: '個人番号の利用目的', en: 'what the individual number is read for' },
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
    en: 'profile that describes what the municipality wrote',
  },
}
