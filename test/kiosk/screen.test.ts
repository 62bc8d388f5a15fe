import { describe, expect, test } from 'vitest'
import { PinError } from '../../src/errors.ts'
import { screenText, type VisitScreen } from '../../src/kiosk/index.ts'
import { type CustomerLanguage, customerLanguages, situations, visitSteps } from '../../src/messages/index.ts'

const languages = Object.keys(customerLanguages) as CustomerLanguage[]
const screens: readonly (readonly [string, VisitScreen])[] = [
  ...visitSteps.map((step) => [step, { step }] as const),
  ...situations.map((situation) => [situation, { step: 'refused', situation }] as const),
]
const wrong = new PinError('ERR_PIN_REJECTED', 'wrong', { pin: 'auth', triesLeft: 2, entriesLeft: 1 })

describe('the text of a screen', () => {
  test.each(screens)('%s: in every language, with and without staff', (_, screen) => {
    for (const language of languages) {
      for (const attended of [true, false]) {
        const { title, text, next, spoken, notice } = screenText(screen, { language, attended })
        for (const part of [title, text, next, spoken]) expect(part).toMatch(/\p{L}/u)
        for (const part of [title, text, next, spoken]) expect(part).not.toMatch(/[{}]|undefined/)
        expect(notice).toBe(undefined)
      }
    }
  })

  test('of a PIN says how many entries are left, and that the one before was wrong', () => {
    const details = { pin: 'auth', entriesLeft: 1 }
    const first = screenText({ step: 'enter-pin', details }, { language: 'ja' })
    expect(first).toMatchObject({ text: expect.stringContaining('あと1回'), notice: undefined })
    for (const step of ['enter-pin', 'enter-pin-on-reader'] as const) {
      const again = screenText({ step, details, wrong }, { language: 'ja' })
      expect(again.notice).toMatchObject({ situation: 'pin-wrong' })
    }
  })

  test.each(['accepted', 'take-paper'] as const)('%s: of the end of a certificate has its day', (step) => {
    const renewal = { until: '2026-12-12', from: '2026-09-13' }
    const { notice } = screenText({ step, renewal }, { language: 'ja' })
    expect(notice).toMatchObject({ situation: 'certificate-renew-soon' })
    expect(`${notice!.text}${notice!.next}`).toContain('2026年12月12日')
  })

  test('of an error has its details; of another situation than the error it is that of the situation', () => {
    const own = screenText({ step: 'refused', situation: 'pin-wrong', error: wrong }, { language: 'en' })
    expect(own.text).toContain('1 try left')
    const other = screenText({ step: 'refused', situation: 'card-without-pin', error: wrong }, { language: 'en' })
    expect(other.text).not.toContain('left')
  })

  test('an unknown step, situation or language is a TypeError', () => {
    const text =
      (screen: object, language = 'ja') =>
      () =>
        screenText(screen as VisitScreen, { language: language as CustomerLanguage })
    expect(text({ step: 'moon' })).toThrow(TypeError)
    expect(text({ step: 'refused', situation: 'moon' })).toThrow(TypeError)
    expect(text({ step: 'checking' }, 'xx')).toThrow(TypeError)
  })
})
