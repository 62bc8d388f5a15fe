import { picture } from './pictures.js'
import { filled } from './words.js'

const part = (id) => document.getElementById(id)

/**
 * Draws a screen as data. A new screen takes the focus to its heading, where a screen reader begins to read; the same screen in another
 * language, or with one more digit, leaves the focus where it is.
 *
 * @param screen `{ name, picture, tag, kind?, title, text, next, notice?, code?, body?, ends }`. `name`: another one is a new screen.
 *   `picture`: of `pictures.js`. `tag`: of the language. `body`: `{ found }`, `{ documents }` or `{ pin }`, see below. `ends`: buttons,
 *   each `{ id, label, isMain?, isDisabled?, press }`
 */
export function draw(screen) {
  const { name, tag, title, text, next, notice = '', code = '', body, ends } = screen
  const focused = document.activeElement?.id
  const isNew = part('main').dataset.screen !== name
  document.documentElement.lang = tag
  document.title = title
  document.body.dataset.tone = screen.tone ?? 'plain'
  part('main').dataset.screen = name
  part('main').hidden = false
  part('title').textContent = title
  part('notice').textContent = notice
  part('text').textContent = text
  part('next').textContent = next
  part('code').textContent = code
  const drawn = `${screen.picture} ${screen.kind}`
  if (part('picture').dataset.drawn !== drawn) {
    part('picture').replaceChildren(picture(screen.picture, screen.kind))
    part('picture').dataset.drawn = drawn
  }
  part('body').replaceChildren(...bodyOf(body))
  part('body').className = body === undefined ? 'empty' : Object.keys(body)[0]
  part('ends').replaceChildren(...ends.map(button))
  // The title is read where the focus goes.
  const spoken = [notice, text, next].filter((one) => one !== '').join(' ')
  const counted = body?.pin !== undefined && !isNew ? body.pin.typed : spoken
  if (part('live').textContent !== counted) part('live').textContent = counted
  if (isNew) {
    scrollTo(0, 0)
    part('title').focus({ preventScroll: true })
  } else if (focused) part(focused)?.focus({ preventScroll: true })
}

/** The frame around the screens: name of the machine, button to listen, languages. */
export function drawFrame({ machine, listen, languages, label }) {
  part('machine').textContent = machine
  part('listen').textContent = listen.label
  part('listen').setAttribute('aria-pressed', String(listen.isOn))
  part('listen').onclick = listen.press
  const focused = document.activeElement?.id
  part('languages').setAttribute('aria-label', label)
  part('languages').replaceChildren(
    ...languages.map(({ language, tag, name, isChosen, press }) => {
      const made = button({ id: `language-${language}`, label: name, press })
      made.lang = tag
      made.setAttribute('aria-pressed', String(isChosen))
      return made
    }),
  )
  if (focused?.startsWith('language-')) part(focused)?.focus({ preventScroll: true })
}

function bodyOf(body) {
  if (body?.documents !== undefined) return documentsOf(body.documents)
  if (body?.pin !== undefined) return pinOf(body.pin)
  return []
}

/** Rows with the copies of each document. */
function documentsOf({ rows, words }) {
  return rows.map(({ document: id, name, copies, fewer, more }) => {
    const row = element('div', { class: 'row', role: 'group', 'aria-labelledby': `name-${id}` })
    const label = element('p', { id: `name-${id}`, class: 'name' }, name)
    const steps = element('div', { class: 'steps' })
    const less = button({ id: `fewer-${id}`, label: '−', press: fewer, isDisabled: copies === 0 })
    less.setAttribute('aria-label', filled(words.fewer, { document: name }))
    const plus = button({ id: `more-${id}`, label: '＋', press: more, isDisabled: copies === 9 })
    plus.setAttribute('aria-label', filled(words.more, { document: name }))
    steps.append(less, element('output', { 'aria-live': 'polite' }, filled(words.copies, { n: copies })), plus)
    row.append(label, steps)
    return row
  })
}

/** Dots for the digits, and the pad. */
function pinOf({ length, most, typed, digits, words, press, correct }) {
  const dots = element('p', { class: 'dots', 'aria-hidden': 'true' })
  dots.textContent = '●'.repeat(length) + '○'.repeat(Math.max(0, Math.min(most, 8) - length))
  const pad = element('div', { class: 'pad', role: 'group', 'aria-label': words.keypad })
  pad.append(
    ...digits.slice(0, 9).map((digit) => button({ id: `digit-${digit}`, label: digit, press: () => press(digit) })),
    button({ id: 'correct', label: correct.label, press: correct.press, isDisabled: length === 0 }),
    button({ id: `digit-${digits[9]}`, label: digits[9], press: () => press(digits[9]) }),
  )
  pad.dataset.typed = typed
  return [dots, pad]
}

function button({ id, label, press, isMain = false, isDisabled = false }) {
  const made = element('button', { id, type: 'button', ...(isMain && { class: 'main' }) }, label)
  // Not `disabled`, which takes the focus away from where a customer is.
  if (isDisabled) made.setAttribute('aria-disabled', 'true')
  made.addEventListener('click', () => {
    if (!isDisabled) press()
  })
  return made
}

function element(tag, attributes, text = '') {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.textContent = text
  return made
}
