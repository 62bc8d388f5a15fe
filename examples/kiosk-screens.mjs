// The screens of examples/kiosk.mjs: text on a terminal, in LANGUAGES at once (default ja,en). A real kiosk draws them, and asks its keypad.
import { Pin } from 'jpki-card'
import { screenText } from 'jpki-card/kiosk'
import { visitNames } from 'jpki-card/messages'

const languages = (process.env.LANGUAGES ?? 'ja,en').split(',')
let shown

/** Any screen: its text is made from data, so the language can change at any moment. */
export function show(screen) {
  if (shown === JSON.stringify(screen)) return
  shown = JSON.stringify(screen)
  for (const language of languages) {
    const { title, text, next, notice } = screenText(screen, { language, attended: false, contact: '000-000-0000' })
    console.log(`  ${title}: ${text} ${next}${notice ? ` [${notice.text}]` : ''}`)
  }
}

export const screens = {
  show,
  async choose(services, { screen }) {
    show(screen)
    for (const { plan } of services) console.log(`  [${visitNames('ja').services[plan.method]}]`)
    return services[0]
  },
  async enterPin({ wrong }, { screen }) {
    show(screen)
    // The virtual customers mistype once; a keypad would resolve with Pin.fromText, or undefined for the cancel key.
    return Pin.fromText(wrong === undefined ? '1243' : '1234')
  },
}
