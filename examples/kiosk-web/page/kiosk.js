import { ask, keepConnected } from './connection.js'
import { digitsInOrder, PinPad } from './pin-pad.js'
import { limitsOf, screenOf } from './screens.js'
import { draw, drawFrame } from './view.js'
import { words } from './words.js'

/** Without a customer, the next one finds the usual language. */
const languageMs = 60_000
const usualLanguage = 'ja'

const { bridge, purpose, warnMs, isShuffled, texts } = await ask('/kiosk.json')
const kept = sessionStorage.getItem('language')

let client
let lateTimer
let languageTimer
/** Of the screen that was drawn last. */
let drawn
/** When the bridge was last informed that the customer does something. */
let activeAt = 0

/** What the bridge has sent last, and what the page knows. */
const state = {
  language: Object.hasOwn(texts, kept ?? '') ? kept : usualLanguage,
  texts,
  isConnected: false,
  isListening: false,
  visit: undefined,
  screen: undefined,
  question: undefined,
  look: undefined,
  outcome: undefined,
  isFoundSeen: false,
  isLate: false,
  copies: new Map(),
  pad: new PinPad(),
  digits: digitsInOrder(false),
}

// What is refused was too late: the card is out, or the question has ended. The bridge has sent the screen of that.
const call = (method, params) => client.call(method, params).catch(() => {})

function serve() {
  Object.assign(state, { look: undefined, outcome: undefined, isFoundSeen: false })
  call('visit.serve', { visit: state.visit, purpose, documents: 'choose' })
}

const press = {
  cancel: () => call('visit.cancel', { visit: state.visit }),
  continue: () => change({ isFoundSeen: true }),
  choose() {
    const documents = [...state.copies]
      .filter(([, copies]) => copies > 0)
      .map(([document, copies]) => ({ document, copies }))
    call('question.documents', { question: state.question.question, documents })
  },
  enter() {
    const pin = state.pad.take()
    client.sendPin(state.question.question, pin).catch(() => {})
  },
  digit(digit) {
    state.pad.type(digit, limitsOf(state.question).max)
    show()
  },
  correct() {
    state.pad.correct()
    show()
  },
  more: (document) => copy(document, 1),
  fewer: (document) => copy(document, -1),
  again: serve,
  stay() {
    call('question.active', { question: state.question.question })
    startTime()
    change({ isLate: false })
  },
}

function copy(document, by) {
  const copies = (state.copies.get(document) ?? 0) + by
  state.copies.set(document, Math.min(9, Math.max(0, copies)))
  show()
}

function change(changes) {
  Object.assign(state, changes)
  show()
}

function show() {
  const screen = screenOf(state, press)
  const own = texts[state.language]
  drawFrame({
    machine: own.machine,
    listen: { label: own.buttons.listen, isOn: state.isListening, press: listen },
    label: words[state.language].languages,
    languages: Object.entries(texts).map(([language, { tag, name }]) => {
      return { language, tag, name, isChosen: language === state.language, press: () => setLanguage(language) }
    }),
  })
  if (screen === undefined) return
  const isNew = screen.name !== drawn?.name
  const isOther = isNew || screen.tag !== drawn.tag
  drawn = screen
  draw(screen)
  if (isNew) cue(cues[screen.name] ?? (screen.name.startsWith('refused-') ? 'refused' : undefined))
  if (isOther && state.isListening) speak()
}

// Sounds and lamps: a program around the page listens to `kiosk-cue`.

const cues = {
  found: 'attention',
  'choose-documents': 'attention',
  'enter-pin': 'attention',
  'enter-pin-again': 'attention',
  'more-time': 'attention',
  'forgotten-card': 'attention',
  accepted: 'success',
  'take-paper': 'success',
  'take-card': 'take-card',
  inactive: 'refused',
  'out-of-service': 'refused',
}

function cue(name) {
  if (name !== undefined) document.dispatchEvent(new CustomEvent('kiosk-cue', { detail: { cue: name } }))
}

function listen() {
  state.isListening = !state.isListening
  show()
  if (state.isListening) speak()
  else globalThis.speechSynthesis?.cancel()
}

function speak() {
  if (globalThis.speechSynthesis === undefined) return
  speechSynthesis.cancel()
  const utterance = new SpeechSynthesisUtterance(drawn.spoken)
  utterance.lang = drawn.tag
  speechSynthesis.speak(utterance)
}

function setLanguage(language) {
  sessionStorage.setItem('language', language)
  change({ language })
  // The bridge sends the present screen again.
  if (state.isConnected) call('session.language', { language })
}

// Time: a question that nothing was pressed for asks whether more time is needed, before the bridge ends it.

function startTime() {
  clearTimeout(lateTimer)
  lateTimer = setTimeout(() => change({ isLate: state.question !== undefined }), warnMs)
}

function active() {
  clearTimeout(languageTimer)
  if (state.visit === undefined) languageTimer = setTimeout(reset, languageMs)
  if (state.question === undefined || state.isLate) return
  startTime()
  if (Date.now() - activeAt < Math.min(1_000, warnMs / 2)) return
  activeAt = Date.now()
  call('question.active', { question: state.question.question })
}

/** For the next customer. */
function reset() {
  if (state.visit !== undefined) return
  if (state.isListening) listen()
  if (state.language !== usualLanguage) setLanguage(usualLanguage)
}

for (const name of ['pointerdown', 'keydown']) addEventListener(name, active, true)

addEventListener('keydown', (event) => {
  const { key, target } = event
  const isPin = state.question?.kind === 'pin' && !state.isLate
  if (isPin && /^[0-9]$/.test(key)) press.digit(key)
  else if (isPin && key === 'Backspace') press.correct()
  else if (key === 'Escape') document.querySelector('#cancel, #finish')?.click()
  // On a button it presses that.
  else if (key === 'Enter' && target.tagName !== 'BUTTON') document.querySelector('#ends .main')?.click()
  else return
  event.preventDefault()
})

/** A question, also one that is sent again: for another language, or after the page was loaded again. */
function asked(question) {
  const isNew = state.question?.question !== question.question
  if (isNew) {
    state.pad.wipe()
    state.digits = digitsInOrder(isShuffled)
    state.isLate = false
    if (question.kind === 'documents')
      state.copies = new Map(question.documents.map((one, i) => [one, i === 0 ? 1 : 0]))
    startTime()
  }
  change({ question, visit: question.visit })
}

function questionEnded() {
  clearTimeout(lateTimer)
  state.pad.wipe()
  change({ question: undefined, isLate: false })
}

function listenTo(connected) {
  client = connected
  client.on('visit', ({ visit }) => {
    state.visit = visit
    cue('card-placed')
    serve()
  })
  client.on('screen', (screen) => {
    // Sent before the language was changed: it comes again.
    if (screen.text.language !== state.language) return
    if (screen.step === 'place-card' && state.screen?.step === 'ended') reset()
    change({ screen, visit: screen.visit ?? state.visit })
  })
  client.on('look', (look) => change({ look }))
  client.on('question', asked)
  client.on('answered', ({ question }) => {
    if (state.question?.question === question) questionEnded()
  })
  client.on('outcome', (outcome) => change({ outcome }))
  client.on('removed', () => {
    questionEnded()
    change({ visit: undefined, look: undefined, outcome: undefined, isFoundSeen: false })
    clearTimeout(languageTimer)
    languageTimer = setTimeout(reset, languageMs)
  })
  state.isConnected = true
  call('session.language', { language: state.language })
}

show()
await keepConnected({
  bridge,
  key: 'bridge-session',
  secret: async () => (await ask('/secret', {})).secret,
  connected: listenTo,
  lost() {
    clearTimeout(lateTimer)
    state.pad.wipe()
    const gone = { visit: undefined, screen: undefined, question: undefined, look: undefined, outcome: undefined }
    change({ isConnected: false, isLate: false, ...gone })
  },
})
