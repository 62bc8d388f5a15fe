import { describe, expect, test } from 'vitest'
import type { ServiceChannel, ServiceMethod } from '../../src/credentials/index.ts'
import {
  type CustomerLanguage,
  messageFor,
  situationMessage,
  visitMessage,
  visitNames,
  visitSteps,
} from '../../src/messages/index.ts'
import { visitTexts } from '../../src/messages/visit.ts'
import { contact, everyMessage, everyVisit, fields, languages, staff, width } from './support.ts'

const visit = (step: Parameters<typeof visitMessage>[0], language: CustomerLanguage, more: object = {}) =>
  visitMessage(step, { language, ...more })

describe('a visit', () => {
  test('has every step in every language, for a machine with and without staff', () => {
    for (const language of languages) {
      for (const step of visitSteps) {
        for (const attended of [true, false]) {
          const message = visit(step, language, { attended })
          expect(message).toMatchObject({ step, language })
          for (const text of [...fields(message), message.spoken]) {
            expect(text, `${language} ${step}`).not.toMatch(/[{}]|undefined|null|NaN| {2}|^\s|\s$|。。|\.\./)
            expect(text.length).toBeGreaterThan(1)
          }
        }
      }
      expect(new Set(everyVisit(language).map(({ step }) => step)).size).toBe(visitSteps.length)
    }
  })

  test('at a machine without staff no text refers to them', () => {
    const referring = (language: CustomerLanguage, more: object) =>
      visitSteps.filter((step) => staff[language].test(fields(visit(step, language, { times: 2, ...more })).join(' ')))
    for (const language of languages) {
      expect(referring(language, {})).toEqual(['forgotten-card', 'out-of-service'])
      for (const more of [{ attended: false }, { attended: false, contact }])
        expect(referring(language, more)).toEqual([])
      expect(visit('out-of-service', language, { attended: false, contact }).next).toContain(contact)
    }
  })

  test('no two steps of a language, and no two languages of a step, look the same', () => {
    for (const language of languages) {
      const whole = visitSteps.map((step) => fields(visit(step, language)).join('\n'))
      expect(new Set(whole).size).toBe(visitSteps.length)
    }
    for (const step of visitSteps) {
      const whole = languages.map((language) => fields(visit(step, language)).join('\n'))
      expect(new Set(whole).size, step).toBe(languages.length)
    }
  })

  test('changes its language with the same step and details', () => {
    const details = { pin: 'sign', entriesLeft: 4, attended: false } as const
    const [ja, vi] = (['ja', 'vi'] as const).map((language) => visit('enter-pin', language, details))
    expect(ja).toEqual({
      step: 'enter-pin',
      title: 'パスワードを入力してください',
      text: '署名用パスワードは、英字の大文字と数字を両方使った6文字以上16文字以下です。入力できるのは、あと4回です。',
      next: '入力が終わったら「確定」ボタンを押してください。まわりの人に見られないよう、ご注意ください。',
      spoken:
        'パスワードを入力してください。署名用パスワードは、英字の大文字と数字を両方使った6文字以上16文字以下です。入力できるのは、あと4回です。入力が終わったら確定ボタンを押してください。まわりの人に見られないよう、ご注意ください。',
      language: 'ja',
    })
    expect(vi!.text).toContain('4')
    expect(visit('enter-pin', 'ja', { pin: 'sign' }).text).not.toContain('あと')
  })

  test('asks for what the machine reads', () => {
    for (const language of languages) {
      const texts = (['card', 'phone', 'card-or-phone'] as const).map((accepts) =>
        fields(visit('place-card', language, { accepts })).join('\n'),
      )
      expect(new Set(texts).size).toBe(3)
      expect(texts[0]).toBe(fields(visit('place-card', language)).join('\n'))
    }
  })

  test('a card that is still forgotten is urgent', () => {
    for (const language of languages) {
      const [first, second, third] = [1, 2, 3].map((times) => visit('forgotten-card', language, { times }))
      expect(first).toEqual(visit('forgotten-card', language))
      expect(second).not.toEqual(first)
      expect(third).toEqual(second)
    }
  })

  test('names the service that follows', () => {
    expect(visit('accepted', 'ja', { service: 'attributes' }).text).toContain('申請書の記入に進みます。')
    expect(visit('accepted', 'en', { service: 'token' }).text).toContain('the issue of certificates')
    expect(visit('accepted', 'en').text).toContain('your procedure')
  })

  test('refers to buttons by their names', () => {
    for (const language of languages) {
      const { buttons } = visitNames(language)
      expect(visit('enter-pin', language).next).toContain(buttons.enter)
      expect(visit('choose', language).next).toContain(buttons.cancel)
      expect(visit('more-time', language).next).toContain(buttons.continue)
      expect(visit('more-time', language).next).toContain(buttons.finish)
    }
  })

  test('misuse is reported', () => {
    const bad =
      (more: object, step = 'checking') =>
      () =>
        visit(step as never, 'ja', more)
    expect(bad({}, 'toString')).toThrow(TypeError)
    expect(bad({ language: 'fr' })).toThrow(TypeError)
    expect(bad({ service: 'toString' })).toThrow(TypeError)
    expect(bad({ accepts: 'stripe' })).toThrow(TypeError)
    for (const times of [0, 1.5, '1']) expect(bad({ times })).toThrow(RangeError)
    expect(bad({ contact: 'x' })).toThrow(RangeError)
    expect(() => visitNames('fr' as never)).toThrow(TypeError)
  })
})

describe('names', () => {
  test.each(languages)('%s: of services, certificates, channels and buttons fit a button', (language) => {
    const { services, certificates, channels, buttons } = visitNames(language)
    // Services and channels are those of the credentials.
    const methods: Readonly<Record<ServiceMethod, string>> = services
    const places: Readonly<Record<ServiceChannel, string>> = channels
    for (const part of [methods, certificates, places, buttons]) {
      const names = Object.values(part)
      expect(new Set(names).size).toBe(names.length)
      for (const name of names) {
        expect(name).not.toMatch(/[{}.。]|^\s|\s$/)
        expect(width(name), name).toBeLessThanOrEqual(24)
      }
    }
    for (const name of Object.values(buttons)) expect(width(name), name).toBeLessThanOrEqual(9)
    for (const { phrase } of Object.values(visitTexts[language].services)) expect(phrase).not.toMatch(/[{}.。]/)
  })
})

/** Characters of about 30 seconds: 5.5 a second in Japanese, 4.3 in Chinese, 6.5 in Korean, 2.5 words elsewhere. */
const most: Readonly<Record<CustomerLanguage, number>> = {
  ja: 165,
  en: 330,
  zh: 130,
  ko: 200,
  pt: 360,
  es: 360,
  vi: 330,
}

describe('what is spoken', () => {
  test.each(languages)('%s: has no brackets and signs, and lasts at most half a minute', (language) => {
    for (const { spoken } of [...everyMessage('customer', language), ...everyVisit(language)]) {
      expect(spoken).toMatch(/[.。]$/)
      expect(spoken).not.toMatch(/[()（）「」『』“”"/~～·•+{}[\]<>*#_=]|[、，,]\s*[。、，,.;:]|\s{2}|PIN(?! )/)
      expect(spoken!.length, spoken).toBeLessThanOrEqual(most[language])
    }
  })

  test('follows title, text and next step, without a title that the text repeats', () => {
    const unread = messageFor('ERR_CARD_MUTE', { audience: 'customer', language: 'en' })
    expect(unread.spoken).toBe(`${unread.title}. ${unread.text} ${unread.next}`)
    const expired = situationMessage('card-expired', { language: 'ja' })
    expect(expired.spoken).toBe(`${expired.text}${expired.next}`)
    expect(messageFor('ERR_CARD_MUTE', { audience: 'clerk', language: 'en' }).spoken).toBeUndefined()
  })

  test('pauses where brackets are, and says what people say', () => {
    const form = (language: CustomerLanguage, pin: string) => visit('enter-pin', language, { pin }).spoken
    expect(form('en', 'text-code-b')).toContain(
      'verification number B, 14 digits: date of birth, 6 digits, year of expiry, 4 digits, and security code, 4 digits. Then',
    )
    expect(form('ja', 'text-code-b')).toContain('数字14桁、生年月日6桁、有効期限の西暦4桁、セキュリティコード4桁です。')
    expect(form('ko', 'sign')).toContain('6에서 16자입니다')
    expect(form('vi', 'auth')).toContain('mã pin')
    expect(visit('verify-on-phone', 'ja').spoken).toContain('フェイスアイディーなどで')
  })

  test('telephone numbers digit by digit', () => {
    const call = (language: CustomerLanguage, number: string) =>
      visit('out-of-service', language, { attended: false, contact: number }).spoken
    expect(call('ja', '0120-000-000')).toContain('お困りのときは、0 1 2 0、0 0 0、0 0 0へお電話ください。')
    expect(call('en', contact)).toContain('please call plus 8 1, 0, 1 2 0, 0 0 0, 0 0 0 0 0.')
    expect(visit('out-of-service', 'en', { attended: false, contact }).next).toContain(contact)
  })
})
