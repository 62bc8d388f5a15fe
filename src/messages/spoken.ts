import type { CustomerLanguage, MessageText } from './texts.ts'

/** How a language is read out. */
interface Speech {
  /** Between sentences, and between parts of one. */
  readonly stop: string
  readonly pause: string
  /** The sign before a country code. */
  readonly plus: string
  /** What a synthesiser would spell or misread, and what it reads well. */
  readonly words: readonly (readonly [RegExp, string])[]
}

const latin = { stop: '. ', pause: ', ' } as const
const pin = [/PIN/g, 'pin'] as const
/** Numbers of digits, in brackets of their own. */
const count = /\((\d+)\)/g

const speech: Readonly<Record<CustomerLanguage, Speech>> = {
  ja: { stop: '。', pause: '、', plus: 'プラス', words: [[/Face ID ?/g, 'フェイスアイディー']] },
  en: { ...latin, plus: 'plus', words: [pin, [count, '($1 digits)']] },
  zh: { stop: '。', pause: '，', plus: '加', words: [[/面容 ID ?/g, '面容识别']] },
  ko: {
    ...latin,
    plus: '플러스',
    words: [
      [/Face ID/g, '페이스 아이디'],
      [/~/g, '에서 '],
      [/·/g, ', '],
    ],
  },
  pt: { ...latin, plus: 'mais', words: [[count, '($1 números)']] },
  es: { ...latin, plus: 'más', words: [pin, [count, '($1 cifras)']] },
  vi: { ...latin, plus: 'cộng', words: [pin, [count, '($1 chữ số)']] },
}

/** A telephone number digit by digit, with a pause between its groups. */
export function spokenContact(language: CustomerLanguage, contact: string): string {
  const { pause, plus } = speech[language]
  const groups = contact.match(/\d+/g) ?? []
  const digits = groups.map((group) => [...group].join(' ')).join(pause)
  return contact.trimStart().startsWith('+') ? `${plus} ${digits}` : digits
}

/**
 * A message as one text for a speech synthesiser, with a stop after a title: without brackets, quotation marks and signs; a
 * pause where brackets were.
 */
export function readable(language: CustomerLanguage, { title, text, next }: MessageText): string {
  const { stop, pause, words } = speech[language]
  const head = title === '' ? '' : /[?？]$/.test(title) ? `${title} ` : `${title}${stop}`
  const joined = `${head}${text}${stop.endsWith(' ') ? ' ' : ''}${next}`
  let plain = joined.replaceAll(/[「」『』“”"]/g, '')
  for (const [from, to] of words) plain = plain.replaceAll(from, to)
  // Innermost first.
  for (const bracket = /\s*[（(]([^（()）]*)[）)]\s*/; bracket.test(plain); ) {
    plain = plain.replace(bracket, `${pause}$1${pause}`)
  }
  // A pause directly before a stop, another pause or the end of the predicate is superfluous.
  return plain.replaceAll(/[、，,]\s*(?=[。、，.,;:?？]|です|입니다|$)/g, '').trim()
}
