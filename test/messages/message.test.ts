import { describe, expect, test } from 'vitest'
import {
  CertificateError,
  type ErrorCode,
  errorCodes,
  JpkiCardError,
  PinError,
  RefusalError,
  ServerError,
  StateNotClearedError,
  StripeError,
  TransportError,
  VerificationError,
} from '../../src/errors.ts'
import { audiences, type CustomerLanguage, messageFor, situationMessage, situations } from '../../src/messages/index.ts'
import { pinIds } from '../../src/pins.ts'
import { languages } from './support.ts'

const customer = (error: unknown, language: CustomerLanguage = 'en', more: object = {}) =>
  messageFor(error, { audience: 'customer', language, ...more })
const pinError = (
  code: 'ERR_PIN_REJECTED' | 'ERR_PIN_BLOCKED' | 'ERR_PIN_GUARDED',
  pin: string,
  triesLeft?: number,
  entriesLeft?: number,
) => new PinError(code, 'internal', { pin, triesLeft, entriesLeft })

describe('from an error', () => {
  test('the message of a rejected PIN has the tries left in every language', () => {
    const texts = languages.map((language) => customer(pinError('ERR_PIN_REJECTED', 'auth', 2), language).text)
    for (const text of texts) expect(text).toContain('2')
    expect(texts[0]).toBe('入力された内容が、利用者証明用の暗証番号と一致しません。入力できるのは、あと2回です。')
    expect(texts[1]).toBe('What you entered does not match the user-authentication PIN. You have 2 tries left.')
  })

  test('one try is singular where a language has a singular', () => {
    const text = (language: CustomerLanguage, left: number) =>
      customer(pinError('ERR_PIN_REJECTED', 'sign', left + 1, left), language).text
    expect(text('en', 1)).toMatch(/You have 1 try left\.$/)
    expect(text('en', 3)).toMatch(/You have 3 tries left\.$/)
    expect(text('pt', 1)).toMatch(/Resta 1 tentativa\.$/)
    expect(text('pt', 4)).toMatch(/Restam 4 tentativas\.$/)
    expect(text('es', 1)).toMatch(/Le queda 1 intento\.$/)
    expect(text('es', 4)).toMatch(/Le quedan 4 intentos\.$/)
    expect(messageFor('ERR_PIN_GUARDED', { audience: 'clerk', language: 'en', triesLeft: 1 }).text).toContain(
      '1 try is left.',
    )
  })

  test('a card that keeps no counter leaves the sentence out', () => {
    const { text } = customer(pinError('ERR_PIN_REJECTED', 'sign'))
    expect(text).toBe('What you entered does not match the signature password.')
  })

  test('with one try left no audience is asked to try again', () => {
    expect(customer(pinError('ERR_PIN_REJECTED', 'auth', 2))).toMatchObject({ turn: 'customer', retry: true })
    expect(customer(pinError('ERR_PIN_REJECTED', 'auth', 1))).toMatchObject({
      situation: 'pin-wrong-last',
      turn: 'clerk',
      retry: false,
    })
  })

  test('entries of the machine, not tries of the card, are what a customer reads', () => {
    for (const language of languages) {
      const { text, retry } = customer(pinError('ERR_PIN_REJECTED', 'sign', 4, 3), language)
      expect(text).toContain('3')
      expect(text).not.toContain('4')
      expect(retry).toBe(true)
    }
    expect(customer(pinError('ERR_PIN_REJECTED', 'auth', 2), 'ja', { entriesLeft: 1 }).text).toMatch(/あと1回です。$/)
  })

  test('without an entry left no audience is asked to try again, whatever the card has left', () => {
    const kept = pinError('ERR_PIN_REJECTED', 'sign', 2, 0)
    const expected = { situation: 'pin-wrong-last', turn: 'clerk', retry: false }
    for (const language of languages) {
      expect(customer(kept, language)).toMatchObject(expected)
      expect(customer(kept, language).text).not.toMatch(/\d/)
      expect(customer(pinError('ERR_PIN_REJECTED', 'sign', 1), language).text).not.toMatch(/\d/)
    }
    const clerk = messageFor(kept, { audience: 'clerk', language: 'en' })
    expect(clerk.text).toContain('2 tries are left. This machine accepts no more entries.')
    const again = messageFor(pinError('ERR_PIN_REJECTED', 'sign', 3, 2), { audience: 'operator', language: 'ja' })
    expect(again.text).toContain('残りは3回です。この機械で入力できるのは、あと2回です。')
    // With the holder's consent the last try may be spent.
    expect(customer(pinError('ERR_PIN_REJECTED', 'auth', 1, 1))).toMatchObject({ situation: 'pin-wrong', retry: true })
    // What the caller says of the tries replaces the entries of the error as well.
    expect(customer(kept, 'en', { triesLeft: 3 }).text).toContain('3 tries')
    expect(customer('ERR_MUNICIPAL_PIN_REJECTED', 'ja', { entriesLeft: 0 }).situation).toBe('municipal-pin-locked')
  })

  test('no try left is blocked, however it was found out', () => {
    for (const code of ['ERR_PIN_REJECTED', 'ERR_PIN_GUARDED', 'ERR_PIN_BLOCKED'] as const) {
      const message = customer(pinError(code, 'auth', 0))
      expect(message).toMatchObject({ situation: 'pin-blocked', turn: 'customer', retry: false, code })
      const clerk = messageFor(pinError(code, 'auth', 0), { audience: 'clerk', language: 'en' })
      expect(clerk.title).toBe('The PIN is blocked')
    }
    expect(customer('ERR_MUNICIPAL_PIN_REJECTED', 'ja', { triesLeft: 0 })).toMatchObject({
      situation: 'municipal-pin-locked',
      turn: 'clerk',
      retry: false,
    })
  })

  test('what the caller says goes before what the error says', () => {
    const error = pinError('ERR_PIN_REJECTED', 'auth', 2)
    const { text } = customer(error, 'en', { pin: 'sign', triesLeft: 4 })
    expect(text).toContain('the signature password')
    expect(text).toContain('4 tries')
  })

  test('a municipal PIN has the tries the server knows', () => {
    const error = new RefusalError('ERR_MUNICIPAL_PIN_REJECTED', 'the PIN is wrong')
    expect(customer(error, 'en', { triesLeft: 2 }).text).toContain('2 tries')
    expect(customer(error).text).not.toMatch(/tr(y|ies)/)
  })

  test('the details of an error can change the situation', () => {
    const field = new StripeError('field', 'not of this profile')
    expect(customer(field)).toMatchObject({ situation: 'other-card', turn: 'operator', retry: false })
    expect(customer(new StripeError('lrc', 'wrong'))).toMatchObject({ situation: 'swipe-again', retry: true })
    const check = (name: string, depth: number) => customer(new VerificationError(name, depth, 'expired'))
    expect(check('validity', 0)).toMatchObject({ situation: 'certificate-out-of-period', turn: 'customer' })
    expect(check('validity', 1)).toMatchObject({ situation: 'certificate-refused', turn: 'customer' })
    expect(check('revocation', 0)).toMatchObject({ situation: 'certificate-refused', turn: 'customer' })
    expect(check('signature', 0)).toMatchObject({ situation: 'certificate-refused', turn: 'operator' })
  })

  test('a card that is not cleared comes before what happened earlier', () => {
    const suppressed = Object.assign(new Error('both'), {
      name: 'SuppressedError',
      error: new StateNotClearedError('left verified'),
      suppressed: pinError('ERR_PIN_REJECTED', 'auth', 2),
    })
    expect(customer(suppressed)).toMatchObject({ situation: 'take-card-now', code: 'ERR_STATE_NOT_CLEARED' })
    const foreign = Object.assign(new Error('both'), { name: 'SuppressedError', error: 'ERR_TIMEOUT' })
    expect(customer(foreign).code).toBeUndefined()
  })

  test('an error and its code give the same text', () => {
    const errors: JpkiCardError[] = [
      new TransportError('ERR_CARD_REMOVED', 'x'),
      new CertificateError('ERR_CERTIFICATE_ABSENT', 'x'),
      new ServerError('x'),
      new RefusalError('ERR_NONCE_EXPIRED', 'x'),
    ]
    for (const audience of audiences) {
      for (const error of errors) {
        const options = { audience, language: 'ja' } as const
        expect(messageFor(error, options)).toEqual(messageFor(error.code, options))
      }
    }
  })
})

describe('from a situation', () => {
  test('a look has the days where they are known, as people write them', () => {
    const soon = (language: CustomerLanguage, days: object = {}) =>
      situationMessage('certificate-renew-soon', { language, ...days })
    const days = { until: '2026-12-31', from: '2026-10-01' }
    expect(soon('ja', days)).toEqual({
      title: '電子証明書の期限が近づいています',
      text: '電子証明書は、今回はお使いになれます。有効期限は2026年12月31日です。',
      next: '期限が過ぎると使えなくなります。カードをお持ちになり、市区町村の窓口で更新してください。更新できるのは2026年10月1日からです。',
      spoken: expect.stringMatching(/^電子証明書の期限が近づいています。.*2026年10月1日からです。$/),
      situation: 'certificate-renew-soon',
      language: 'ja',
    })
    expect(soon('en', days).text).toMatch(/It is valid until December 31, 2026\.$/)
    expect(soon('vi', days).next).toMatch(/từ ngày 1 tháng 10 năm 2026\.$/)
    for (const language of languages) {
      expect(soon(language, days).text).toContain('2026')
      expect(soon(language).text).not.toMatch(/\d/)
      const start = situationMessage('certificate-not-yet-valid', { language, from: '2026-12-01' })
      expect(start.text).toContain('2026')
    }
  })

  test('clerks and operators have texts as well: its own, or those of its code', () => {
    const clerk = situationMessage('certificate-renew-soon', { audience: 'clerk', language: 'ja', until: '2026-12-31' })
    expect(clerk).toMatchObject({
      text: '電子証明書は使えますが、期限が近づいています。有効期限は2026年12月31日です。',
      spoken: undefined,
      language: 'ja',
    })
    for (const audience of ['clerk', 'operator'] as const) {
      for (const situation of situations) {
        const { text } = situationMessage(situation, { audience, language: 'vi' })
        expect(text, situation).not.toBe(situationMessage(situation, { language: 'en' }).text)
      }
      for (const [situation, code] of [
        ['card-expired', 'ERR_CARD_EXPIRED'],
        ['pin-wrong-last', 'ERR_PIN_REJECTED'],
        ['out-of-order', 'ERR_SERVICE_UNAVAILABLE'],
      ] as const) {
        const { title, text, next } = messageFor(code, { audience, language: 'en' })
        expect(situationMessage(situation, { audience, language: 'en' })).toMatchObject({
          title,
          text,
          next,
          situation,
        })
      }
    }
  })

  test('is what its error says', () => {
    for (const language of languages) {
      const { title, text, next, spoken } = customer(pinError('ERR_PIN_GUARDED', 'sign', 1, 0), language)
      const shown = situationMessage('pin-guarded', { language, pin: 'sign', triesLeft: 1, entriesLeft: 0 })
      expect(shown).toEqual({ title, text, next, spoken, situation: 'pin-guarded', language })
    }
  })

  test('misuse is reported', () => {
    expect(() => situationMessage('toString' as never, { language: 'ja' })).toThrow(TypeError)
    expect(() => situationMessage('busy', { language: 'fr' as never })).toThrow(TypeError)
    expect(() => situationMessage('busy', { audience: 'guest' as never, language: 'ja' })).toThrow(TypeError)
    expect(() => situationMessage('busy', { language: 'ja', triesLeft: -1 })).toThrow(RangeError)
    for (const contact of ['', '<b>', 'call us', '0'.repeat(21)]) {
      expect(() => situationMessage('busy', { language: 'ja', contact })).toThrow(RangeError)
    }
    for (const until of ['2026-02-29', '20261231', ''])
      expect(() => situationMessage('certificate-renew-soon', { language: 'ja', until })).toThrow(RangeError)
  })
})

describe('where to go with a blocked PIN', () => {
  const next = (pin: string, language: CustomerLanguage) => customer(pinError('ERR_PIN_BLOCKED', pin, 0), language).next
  const counter: Record<CustomerLanguage, RegExp> = {
    ja: /市区町村の窓口/,
    en: /municipal office/,
    zh: /市区町村的窗口/,
    ko: /시구정촌 창구/,
    pt: /prefeitura/,
    es: /municipalidad/,
    vi: /văn phòng hành chính địa phương/,
  }
  const kiosk: Record<CustomerLanguage, RegExp> = {
    ja: /スマートフォン.*コンビニ/,
    en: /phone app.*kiosk/,
    zh: /手机.*便利店/,
    ko: /스마트폰.*편의점/,
    pt: /aplicativo.*terminal/,
    es: /aplicación.*terminal/,
    vi: /ứng dụng điện thoại.*cửa hàng/,
  }

  test.each(languages)('%s: the counter for every PIN, a kiosk and a phone for the two of JPKI only', (language) => {
    for (const pin of [...pinIds, 'unknown', 'never-heard-of']) {
      expect(next(pin, language), pin).toMatch(counter[language])
      if (pin === 'auth' || pin === 'sign') expect(next(pin, language), pin).toMatch(kiosk[language])
      else expect(next(pin, language), pin).not.toMatch(kiosk[language])
    }
    expect(next('auth', language)).not.toBe(next('sign', language))
  })

  test('each takes the other PIN', () => {
    expect(next('sign', 'ja')).toContain('利用者証明用の暗証番号（数字4桁）が分かる方')
    expect(next('auth', 'ja')).toContain('署名用パスワードが分かる方')
    const clerk = messageFor(pinError('ERR_PIN_BLOCKED', 'sign', 0), { audience: 'clerk', language: 'ja' })
    expect(clerk.next).toContain('JPKI暗証番号リセット')
  })

  test('the PIN of the municipality is its own matter', () => {
    for (const language of languages) {
      const message = customer('ERR_MUNICIPAL_PIN_LOCKED', language)
      expect(message.next).toMatch(counter[language])
      expect(message.next).not.toMatch(kiosk[language])
    }
    const clerk = messageFor('ERR_MUNICIPAL_PIN_LOCKED', { audience: 'clerk', language: 'en' })
    expect(clerk.next).toMatch(/unlock/)
  })
})

describe('nothing leaks', () => {
  const secret = '7391-XQZ'
  const everything = (error: unknown, more: object = {}): string =>
    audiences
      .flatMap((audience) => languages.map((language) => messageFor(error, { audience, language, ...more })))
      .map((message) => JSON.stringify(message))
      .join('\n')

  test('no message of an error, of ours or not, is shown', () => {
    for (const code of errorCodes) expect(everything(new JpkiCardError(code, secret))).not.toContain(secret)
    for (const error of [new Error(secret), new TypeError(secret), secret, { message: secret }, [secret]]) {
      const texts = everything(error)
      expect(texts).not.toContain(secret)
      expect(texts).toContain('"situation":"unexpected"')
    }
  })

  test('nor a PIN passed in place of its name', () => {
    for (const pin of [secret, '1234', '__proto__', 'constructor', 'toString', '{tries}']) {
      const known = everything('ERR_PIN_REJECTED', { triesLeft: 2 })
      expect(everything('ERR_PIN_REJECTED', { triesLeft: 2, pin })).toBe(known)
    }
  })

  test('whatever is thrown gets an answer', () => {
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error(secret)
        },
      },
    )
    for (const thrown of [undefined, null, 0, '', 'ERR_NOT_OURS', '__proto__', Symbol('x'), {}, hostile]) {
      expect(messageFor(thrown, { audience: 'customer', language: 'vi' })).toMatchObject({
        situation: 'unexpected',
        code: undefined,
        turn: 'operator',
        retry: false,
      })
    }
    const forged = Object.assign(new Error('x'), { code: 'ERR_PIN_BLOCKED' })
    expect(customer(forged).situation).toBe('unexpected')
    const newer = new JpkiCardError('ERR_OF_TOMORROW' as ErrorCode, 'x')
    expect(customer(newer).situation).toBe('unexpected')
  })
})

describe('options', () => {
  test('staff get English for what is neither Japanese nor English', () => {
    for (const audience of ['clerk', 'operator'] as const) {
      for (const language of languages) {
        const message = messageFor('ERR_NO_CARD', { audience, language })
        expect(message.language).toBe(language === 'ja' ? 'ja' : 'en')
        const same: 'ja' | 'en' = message.language
        expect(messageFor('ERR_NO_CARD', { audience, language: same })).toEqual(message)
      }
    }
    expect(languages.map((language) => customer('ERR_NO_CARD', language).language)).toEqual(languages)
  })

  test('misuse is reported', () => {
    const bad = (options: object) => () => messageFor('ERR_NO_CARD', options as never)
    expect(bad({ audience: 'customer', language: 'fr' })).toThrow(TypeError)
    expect(bad({ audience: 'customer', language: 'toString' })).toThrow(TypeError)
    expect(bad({ audience: 'guest', language: 'ja' })).toThrow(TypeError)
    for (const count of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2']) {
      expect(bad({ audience: 'customer', language: 'ja', triesLeft: count })).toThrow(RangeError)
      expect(bad({ audience: 'customer', language: 'ja', entriesLeft: count })).toThrow(RangeError)
    }
  })
})
