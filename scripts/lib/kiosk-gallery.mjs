// Every screen of examples/kiosk-web as data, and how it is drawn in its page: for screenshots and for checks of accessibility.
import { readFile } from 'node:fs/promises'
import { errorCodes, PinError } from 'jpki-card'
import { screenText } from 'jpki-card/kiosk'
import { messageFor, situations, visitSteps } from 'jpki-card/messages'

const renewal = { until: '2027-03-14', from: '2026-12-14' }
const documents = ['residence-record', 'residence-record-own']
const digits = { min: 4, max: 4 }
/** A wrong PIN, with one entry left. */
const pinError = new PinError('ERR_PIN_REJECTED', 'wrong PIN', { pin: 'auth', entriesLeft: 1, triesLeft: 2 })
/** As the bridge sends it with `attended`. */
const machine = { attended: true }

/** An error code that leads to a situation. */
const codeFor = (situation) =>
  errorCodes.find((code) => messageFor(code, { audience: 'customer', language: 'en' }).situation === situation)

/**
 * All screens in a language.
 *
 * @returns of each `{ name, state }`, the state as `screenOf` of `page/screens.js` takes it, without `texts`; `pad` is a number of digits
 */
export function galleryOf(language) {
  const text = (screen) => {
    const { notice, title, text, next, spoken } = screenText(screen, { language, ...machine })
    return { title, text, next, spoken, language, notice: notice && `${notice.title}\n${notice.text}` }
  }
  const state = (screen, more = {}) => ({
    language,
    isConnected: true,
    screen: { visit: 1, step: screen.step, situation: screen.situation, code: screen.code, text: text(screen) },
    isFoundSeen: true,
    isLate: false,
    copies: [],
    pad: 0,
    ...more,
  })
  const choosing = { question: { visit: 1, question: 1, kind: 'documents', documents } }
  const entering = (wrong) => ({
    question: { visit: 1, question: 2, kind: 'pin', pin: 'auth', digits, wrong, entry: 'client' },
  })
  const pin = { step: 'enter-pin', details: { pin: 'auth', entriesLeft: 2 } }
  const last = { step: 'enter-pin', details: { pin: 'auth', entriesLeft: 1 }, wrong: pinError }
  const plain = visitSteps
    .filter((step) => !['choose', 'choose-documents', 'enter-pin', 'more-time'].includes(step))
    .map((step) => {
      const details = step === 'place-card' ? { accepts: 'card-or-phone' } : { service: 'token', pin: 'auth' }
      return { name: step, state: state({ step, details }) }
    })
  const found = ['my-number', 'phone-android'].map((kind) => ({
    name: `found-${kind}`,
    state: state({ step: 'choose-documents' }, { ...choosing, isFoundSeen: false, look: { kind } }),
  }))
  return [
    ...plain,
    ...found,
    { name: 'no-bridge', state: { ...state({ step: 'checking' }), isConnected: false, screen: undefined } },
    { name: 'accepted-renewal', state: state({ step: 'accepted', details: { service: 'token' }, renewal }) },
    {
      name: 'choose-documents',
      state: state({ step: 'choose-documents' }, { ...choosing, copies: [[documents[0], 1]] }),
    },
    { name: 'enter-pin', state: state(pin, entering()) },
    { name: 'enter-pin-typed', state: state(pin, { ...entering(), pad: 4 }) },
    { name: 'enter-pin-again', state: state(last, entering('ERR_PIN_REJECTED')) },
    { name: 'more-time', state: state(pin, { ...entering(), isLate: true }) },
    ...situations.map((situation) => {
      const screen = state({ step: 'refused', situation }, { outcome: {} })
      return {
        name: `refused-${situation}`,
        state: { ...screen, screen: { ...screen.screen, code: codeFor(situation) } },
      }
    }),
  ]
}

/** Opens the page of a kiosk (Playwright) without its connection to the bridge. */
export async function openGallery(page, address) {
  const body = await readFile(new URL('kiosk-gallery-page.js', import.meta.url), 'utf8')
  await page.route('**/kiosk.js', (route) => route.fulfill({ contentType: 'text/javascript', body }))
  await page.goto(address)
  await page.waitForFunction(() => globalThis.drawGallery !== undefined)
}

/** Draws one screen in it. */
export async function drawScreen(page, state) {
  await page.evaluate((given) => globalThis.drawGallery(given), state)
}
