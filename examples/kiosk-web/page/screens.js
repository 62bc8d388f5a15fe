import { filled, words } from './words.js'

/** Screens that end well, need something now, or say why not: by their edge, besides picture and words. */
const tones = {
  accepted: 'good',
  'take-paper': 'good',
  ended: 'good',
  found: 'good',
  refused: 'bad',
  inactive: 'bad',
  'out-of-service': 'bad',
  'more-time': 'attention',
  'forgotten-card': 'attention',
}

/** Situations after which the same card may be tried again without being placed again. */
const again = new Set(['cancelled', 'begin-again', 'busy', 'service-later', 'too-late'])

/** Steps that wait for the customer: drawn with their question, which comes after them. */
const asking = new Set(['choose', 'choose-documents', 'enter-pin'])

/** Steps during which a visit can be cancelled. */
const cancellable = new Set(['checking', 'authenticating', 'enter-pin-on-reader', 'verify-on-phone'])

/**
 * The screen to draw, as `view.js` takes it; `undefined` to leave what is drawn.
 *
 * @param state `{ language, texts, isConnected, screen, question, look, outcome, isFoundSeen, isLate, copies, pad, digits }`: what the
 *   bridge has sent last, and what the page knows
 * @param press what the buttons do: `{ cancel, continue, choose, enter, digit, correct, more, fewer, again, stay }`
 */
export function screenOf(state, press) {
  const { language, texts, isConnected, screen, question } = state
  const own = texts[language]
  const { tag, buttons } = own
  const base = { tag, ends: [] }
  const cancel = { id: 'cancel', label: buttons.cancel, press: press.cancel }
  const isSent = screen?.text.language === language
  if (!isConnected || screen === undefined) {
    return { ...base, ...spoken(own.outOfService), name: 'out-of-service', picture: 'out-of-service', tone: 'bad' }
  }
  if (question !== undefined && state.isLate) {
    const stay = { id: 'continue', label: buttons.continue, isMain: true, press: press.stay }
    const ends = [{ id: 'finish', label: buttons.finish, press: press.cancel }, stay]
    return { ...base, ...spoken(own.moreTime), name: 'more-time', picture: 'more-time', tone: tones['more-time'], ends }
  }
  if (question?.kind === 'documents' && !state.isFoundSeen) return foundScreen(state, press, base, cancel)
  // The text in the language that was just chosen is on its way.
  if (!isSent) return undefined
  if (question?.kind === 'documents') return documentsScreen(state, press, base, cancel)
  if (question?.kind === 'pin') return pinScreen(state, press, base, cancel)
  if (asking.has(screen.step)) return undefined
  return plainScreen(state, press, base, cancel)
}

function spoken({ title, text, next, spoken: whole }) {
  return { title, text, next, spoken: whole }
}

function plainScreen({ language, texts, screen, outcome }, press, base, cancel) {
  const { step, situation, code, text } = screen
  const isRefused = step === 'refused'
  const mayAgain = outcome !== undefined && ((isRefused && again.has(situation)) || step === 'inactive')
  const ends = mayAgain
    ? [{ id: 'again', label: texts[language].buttons.again, isMain: true, press: press.again }]
    : cancellable.has(step) && screen.visit !== undefined
      ? [cancel]
      : []
  return {
    ...base,
    ...spoken(text),
    notice: text.notice,
    name: isRefused ? `refused-${situation}` : step,
    picture: isRefused ? situation : step,
    tone: tones[step] ?? 'plain',
    code: isRefused && code !== undefined ? `${words[language].code}: ${code}` : '',
    ends,
  }
}

/** What the card is, before anything is chosen. */
function foundScreen({ language, texts, look }, press, base, cancel) {
  const { kinds, found } = words[language]
  const { buttons } = texts[language]
  const title = filled(found.title, { kind: kinds[look?.kind] ?? kinds.unknown })
  const next = filled(found.next, buttons)
  const whole = spoken({ title, text: found.text, next, spoken: `${title} ${found.text} ${next}` })
  const go = { id: 'continue', label: buttons.continue, isMain: true, press: press.continue }
  return { ...base, ...whole, name: 'found', picture: 'found', kind: look?.kind, tone: tones.found, ends: [cancel, go] }
}

function documentsScreen({ language, texts, screen, question, copies }, press, base, cancel) {
  const { buttons } = texts[language]
  const rows = question.documents.map((document) => ({
    document,
    name: words[language].documents[document] ?? document,
    copies: copies.get(document) ?? 0,
    fewer: () => press.fewer(document),
    more: () => press.more(document),
  }))
  const isDisabled = rows.every((row) => row.copies === 0)
  const go = { id: 'continue', label: buttons.continue, isMain: true, isDisabled, press: press.choose }
  const body = { documents: { rows, words: words[language] } }
  const name = 'choose-documents'
  return { ...base, ...spoken(screen.text), name, picture: name, body, ends: [cancel, go] }
}

function pinScreen({ language, texts, screen, question, pad, digits }, press, base, cancel) {
  const { buttons } = texts[language]
  const { min, max } = limitsOf(question)
  const enter = { id: 'enter', label: buttons.enter, isMain: true, isDisabled: pad.length < min, press: press.enter }
  const body = {
    pin: {
      length: pad.length,
      most: max,
      typed: filled(words[language].typed, { n: pad.length }),
      digits,
      words: words[language],
      press: press.digit,
      correct: { label: buttons.correct, press: press.correct },
    },
  }
  const isWrong = question.wrong !== undefined
  return {
    ...base,
    ...spoken(screen.text),
    // Asked a second time it is a new screen, whose notice is to be read.
    name: isWrong ? 'enter-pin-again' : 'enter-pin',
    picture: isWrong ? 'pin-wrong' : 'enter-pin',
    notice: screen.text.notice,
    tone: isWrong ? 'attention' : 'plain',
    body,
    ends: [cancel, enter],
  }
}

/** How many digits a PIN has. */
export function limitsOf({ digits }) {
  return digits ?? { min: 4, max: 16 }
}
