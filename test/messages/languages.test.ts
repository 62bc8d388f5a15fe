import { describe, expect, test } from 'vitest'
import { type CustomerLanguage, customerLanguages, situations } from '../../src/messages/index.ts'
import { everyMessage, everyText, everyVisit, fields, languages, width } from './support.ts'

/** Of errors, of looks and of visits. */
const messagesOf = (language: CustomerLanguage) => [...everyMessage('customer', language), ...everyVisit(language)]
const textsOf = (language: CustomerLanguage): ReadonlySet<string> => new Set(messagesOf(language).flatMap(fields))
const kana = /[ぁ-ゖァ-ヺ]/
const han = /[\u4e00-\u9fff]/
const hangul = /[가-힣]/
/** Forms of Japan or of traditional Chinese that simplified Chinese does not write. */
const notSimplified = /[証読発録続変検効確認時間開無設請電書処帰対応様員覧約訳歩気]/

describe('customers read their own language', () => {
  test('Japanese: kana, polite, no jargon, no shouting', () => {
    for (const text of textsOf('ja')) {
      expect(text).toMatch(kana)
      // A, B, and B in 照合番号B are all the Latin there is, beside the name of what a phone verifies with.
      expect(text.replaceAll('Face ID', '')).not.toMatch(/[A-Za-z]{2,}|[ｦ-ﾟ]|エラー|例外|異常|[!！]/)
    }
    for (const message of messagesOf('ja')) {
      for (const sentence of [message.text, message.next].join('').split('。').filter(Boolean)) {
        expect(sentence).toMatch(/(です|ます|ません|ました|でした|ください|かもしれません)$/)
      }
      expect(message.title).not.toMatch(/。/)
    }
  })

  test('English: plain ASCII', () => {
    for (const text of textsOf('en')) expect(text).toMatch(/^[\x20-\x7e]+$/)
  })

  test('Chinese: Han without kana or Hangul, simplified', () => {
    for (const text of textsOf('zh')) {
      expect(text).toMatch(han)
      expect(text).not.toMatch(kana)
      expect(text).not.toMatch(hangul)
      expect(text.replaceAll('面容 ID', '')).not.toMatch(/[a-z]|[A-Z]{2,}/)
      expect(text).not.toMatch(notSimplified)
    }
  })

  test('Korean: Hangul without Han or kana', () => {
    for (const text of textsOf('ko')) {
      expect(text).toMatch(hangul)
      expect(text).not.toMatch(kana)
      expect(text).not.toMatch(han)
    }
  })

  test('Portuguese and Spanish: Latin letters, each with its own', () => {
    const latin = /^[\x20-\x7e\u00a1-\u00ff]+$/
    for (const text of textsOf('pt')) {
      expect(text).toMatch(latin)
      expect(text).not.toMatch(/[ñ¿¡]|\b(tarjeta|el|los|su)\b/)
    }
    for (const text of textsOf('es')) {
      expect(text).toMatch(latin)
      expect(text).not.toMatch(/[ãõçêâô]|\b(cartão|não|você|uma)\b/)
    }
    expect([...textsOf('pt')].join(' ')).toMatch(/ã.*ç/)
    expect([...textsOf('es')].join(' ')).toMatch(/ó.*á/)
  })

  test('Vietnamese: Latin with its diacritics in every text', () => {
    for (const text of textsOf('vi')) {
      expect(text).toMatch(/[ăâđêôơưàảãáạèẻẽéẹìỉĩíịòỏõóọùủũúụỳỷỹýỵ\u1ea0-\u1ef9]/i)
      expect(text).not.toMatch(han)
    }
  })

  test.each(languages)('%s: composed characters, whole sentences, no control characters', (language) => {
    expect(customerLanguages[language].tag.split('-')[0]).toBe(language)
    for (const message of messagesOf(language)) {
      for (const text of fields(message)) {
        expect(text.normalize('NFC')).toBe(text)
        expect(text).not.toMatch(/\p{C}|\ufffd/u)
      }
      expect(message.text).toMatch(/[.。]$/)
      expect(message.next).toMatch(/[.。]$/)
      expect(message.title).not.toMatch(/[.。]$/)
      // Where there are capitals, a sentence begins with one, whatever stands at its beginning.
      for (const text of fields(message)) expect(text).not.toMatch(/^\p{Ll}|[.] \p{Ll}/u)
    }
  })

  test.each(languages)('%s: fits a kiosk screen, with every PIN and number of tries', (language) => {
    for (const { title, text, next } of messagesOf(language)) {
      expect(width(title), title).toBeLessThanOrEqual(24)
      expect(width(text), text).toBeLessThanOrEqual(80)
      expect(width(next), next).toBeLessThanOrEqual(100)
    }
  })

  test('no two situations of a language look the same', () => {
    for (const language of languages) {
      const seen = new Map(everyMessage('customer', language).map((message) => [message.situation, message]))
      expect(seen.size).toBe(situations.length)
      const whole = [...seen.values()].map((message) => fields(message).join('\n'))
      expect(new Set(whole).size).toBe(situations.length)
    }
  })
})

describe('staff read Japanese or English', () => {
  test.each(['clerk', 'operator'] as const)('%s', (audience) => {
    for (const message of everyMessage(audience, 'ja')) {
      for (const text of fields(message)) expect(text).toMatch(kana)
      for (const sentence of [message.text, message.next].join('').split('。').filter(Boolean)) {
        expect(sentence).toMatch(/(です|ます|ません|ました|でした|ください)(（[^）]*）)?$/)
      }
    }
    for (const message of everyMessage(audience, 'en')) {
      for (const text of fields(message)) expect(text.replaceAll('JPKI暗証番号リセット', '')).toMatch(/^[\x20-\x7e]+$/)
      expect(message.text).toMatch(/\.$/)
      expect(message.next).toMatch(/\.$/)
    }
  })

  test('clerks are spared the inside of the machine', () => {
    for (const text of everyText('clerk', 'ja')) {
      expect(text).not.toMatch(/APDU|PC\/SC|pcscd|VERIFY|TLV|DER|npm|nonce|jpki-card/)
    }
    for (const text of everyText('clerk', 'en')) {
      expect(text).not.toMatch(/APDU|PC\/SC|pcscd|VERIFY|TLV|DER\b|npm|nonce|jpki-card/)
    }
  })
})
