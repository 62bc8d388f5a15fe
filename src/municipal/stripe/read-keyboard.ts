import { StripeError } from '../../errors.ts'
import { PersonalText } from '../profile/field.ts'
import { isData, type StripeFormatId, type StripeTrack, type Swipe, stripeFormat } from './formats.ts'

/** Values of {@link KeyboardLayout}. */
export const keyboardLayouts = ['same', 'us', 'jp'] as const

/**
 * Keyboard layout expected by the reader, `us` or `jp`, while the computer has the other one; `same`: both are equal.
 */
export type KeyboardLayout = (typeof keyboardLayouts)[number]

/**
 * Characters of a Japanese keyboard (JIS X 6002) for the keys of a US keyboard (ANSI), where they differ. `)` is
 * missing: Shift and 0 produce nothing.
 */
const pairs = '@" ^& &\' *( () _= =^ +~ [@ {` ][ }{ \\] |} :+ \': "*'.split(' ').map(([us, jp]) => [us!, jp!] as const)

const japaneseOfUs: ReadonlyMap<string, string> = new Map(pairs)
const usOfJapanese: ReadonlyMap<string, string> = new Map(pairs.map(([us, jp]) => [jp, us]))

/** The characters sent by the reader, from those received through the computer's layout. */
export function asTyped(text: string, layout: KeyboardLayout | undefined): string {
  if (layout === undefined || layout === 'same') return text
  const meant = layout === 'us' ? usOfJapanese : japaneseOfUs
  return Array.from({ length: text.length }, (_, i) => meant.get(text[i]!) ?? text[i]!).join('')
}

/** Longest text of one swipe: above all tracks together. */
const maxText = 1000

/** Options of {@link readKeyboard}. */
export interface KeyboardOptions {
  /**
   * `iso`: tracks between the sentinels `%…?`, `;…?` and `+…?`, in this order, each at most once. `jis2`: a reader of
   * the front stripe, whose whole text is the data. Default `iso`.
   */
  readonly form?: 'iso' | 'jis2' | undefined
  /** Caps Lock was on, so that letters changed case. Needed for `jis2` only: track 1 has no lower case. */
  readonly capsLock?: boolean | undefined
  /**
   * Layout expected by the reader. `us` or `jp`: the computer has the other one, and characters are mapped back.
   * `same`: both have the same. Default: as `same`, but a swipe that shows signs of a wrong layout is refused.
   */
  readonly keyboardLayout?: KeyboardLayout | undefined
}

/**
 * Decodes a swipe from a keyboard-emulating reader. Such readers check parity and LRC themselves and do not output
 * them, so neither can be checked here: `checked` is false.
 *
 * Line ends, tabs and blanks around and between tracks are ignored, and so are prefixes and suffixes added by a reader.
 * Full-width characters of an input method become ASCII, on track 1 lower case becomes upper case; `repaired` lists it.
 * Decoded tracks are returned when another is unreadable. Track 3 starts with `+`, or with `;` after another track with
 * `;`, or with `!`, `_` or `#`. Katakana cannot be read through a keyboard.
 *
 * @throws StripeError `ERR_STRIPE` with the character of the text (from 0) that is wrong, when no track could be read
 *   or one is a duplicate; check `reader` for `%E?`, `;E?` and `+E?`, the read errors of readers; check `layout` for a
 *   swipe that shows signs of a wrong keyboard layout.
 * @throws TypeError when the swipe is not text, or the layout is unknown.
 */
export function readKeyboard(text: string, options: KeyboardOptions = {}): Swipe {
  if (typeof text !== 'string') throw new TypeError('a swipe of a keyboard reader is text')
  const { form = 'iso', capsLock = false, keyboardLayout } = options
  if (keyboardLayout !== undefined && !keyboardLayouts.includes(keyboardLayout)) {
    throw new TypeError(`keyboardLayout must be one of ${keyboardLayouts.join(', ')}`)
  }
  if (text.length > maxText) throw new StripeError('length', `a swipe of ${text.length} characters, at most ${maxText}`)
  const narrow = narrowed(text)
  const typed = asTyped(narrow, keyboardLayout)
  const repaired: StripeTrack['repaired'] = [
    ...(narrow === text ? [] : (['width'] as const)),
    ...(typed === narrow ? [] : (['layout'] as const)),
  ]
  if (form === 'jis2') {
    const before = /^[\r\n\t]*/.exec(typed)![0].length
    const data = typed.slice(before).replace(/[\r\n\t]+$/, '')
    const right = capsLock ? swappedCase(data) : data
    return swipe([trackOf('jis2', right, before, [...repaired, ...(capsLock ? (['case'] as const) : [])])])
  }
  const pieces = piecesOf(typed)
  if (keyboardLayout === undefined) refuseWrongLayout(pieces)
  return swipe(pieces.map((piece) => outcomeOf(piece, repaired)))
}

/** A part of a swipe that is a track, or a fragment of one. */
interface Piece {
  readonly format: StripeFormatId
  /** Empty: there is none. */
  readonly start: string
  readonly data: string
  /** Index of the data in the text. */
  readonly at: number
  /** Whether it has an end sentinel. */
  readonly ended: boolean
}

const order: readonly StripeFormatId[] = ['iso1', 'iso2', 'iso3']

/** Start sentinels of some readers for track 3 instead of `+`; they may also be a prefix added by a reader. */
const otherStart = /^[!_#][0-9:<=>]*E?\?/i

/** Splits a text into tracks; anything between them without an end sentinel is ignored. */
function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  for (let at = 0; at < text.length; ) {
    if (isBlank(text[at]!)) {
      at++
      continue
    }
    const format = formatAt(text, at, pieces)
    const start = format === undefined ? '' : text[at]!
    if (format !== undefined && pieces.some((piece) => order.indexOf(piece.format) >= order.indexOf(format))) {
      const message = 'duplicate track or wrong order: one swipe at a time'
      throw new StripeError('start-sentinel', message, { character: at })
    }
    let end = at + start.length
    while (end < text.length && text[end] !== '?' && !isControl(text[end]!)) {
      if (format === undefined && formatAt(text, end, pieces) !== undefined) break
      end++
    }
    const data = text.slice(at + start.length, end)
    const ended = text[end] === '?'
    const next = format ?? order[order.indexOf(pieces.at(-1)?.format ?? 'iso1') + (pieces.length === 0 ? 0 : 1)]
    // An end sentinel alone is the LRC of the track before it, which few readers output.
    if (next !== undefined && (format !== undefined || (ended && data !== ''))) {
      pieces.push({ format: next, start, data, at: at + start.length, ended })
    }
    at = ended ? end + 1 : end
  }
  return pieces
}

/** The track whose start sentinel is there, if any. */
function formatAt(text: string, at: number, before: readonly Piece[]): StripeFormatId | undefined {
  const character = text[at]
  if (character === '%') return 'iso1'
  if (character === '+') return 'iso3'
  if (character === ';') return before.some(({ format }) => format === 'iso2') ? 'iso3' : 'iso2'
  return otherStart.test(text.slice(at)) ? 'iso3' : undefined
}

function isControl(character: string): boolean {
  return character < ' ' || character === '\x7f'
}

function isBlank(character: string): boolean {
  return character === ' ' || isControl(character)
}

type Outcome = StripeTrack | { readonly format: StripeFormatId; readonly error: StripeError }

function outcomeOf({ format, start, data: typed, at, ended }: Piece, repaired: StripeTrack['repaired']): Outcome {
  if (start === '') return { format, error: new StripeError('start-sentinel', 'no start sentinel', { character: at }) }
  if (!ended) {
    const character = at + typed.length
    return { format, error: new StripeError('end-sentinel', 'no end sentinel', { character }) }
  }
  if (typed === 'E' || typed === 'e') {
    const message = 'the reader could not read the track'
    return { format, error: new StripeError('reader', message, { character: at }) }
  }
  const data = format === 'iso1' ? typed.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()) : typed
  return trackOf(format, data, at, [...repaired, ...(data === typed ? [] : (['case'] as const))])
}

/**
 * Refuses a swipe with signs of a wrong layout. Tracks 2 and 3 have no character that such a layout produces, so one is
 * certain; track 1 has them, so there `&` or `=` without the `^` between its fields counts, unless another track is
 * valid.
 */
function refuseWrongLayout(pieces: readonly Piece[]): void {
  const numeric = pieces.filter(({ format, start }) => format !== 'iso1' && start !== '')
  const left = pieces.filter(({ start, ended }) => start === '' && ended)
  const proof = numeric.some(({ start, data }) => start === '+' || /[=:]/.test(data))
  const alone = pieces.find(({ format, data }) => format === 'iso1' && !data.includes('^'))?.data ?? ''
  const signs: Readonly<Record<'us' | 'jp', boolean>> = {
    us:
      numeric.some(({ data }) => data.includes('^')) ||
      left.some(({ data }) => /^~[0-9+^<>]+$/.test(data)) ||
      (!proof && alone.includes('&')),
    jp:
      numeric.some(({ data }) => /['_]/.test(data)) ||
      left.some(({ data }) => /^:[0-9'_<>]+$/.test(data)) ||
      (!proof && alone.includes('=')),
  }
  const reader = signs.us ? 'us' : signs.jp ? 'jp' : undefined
  if (reader === undefined) return
  const [own, other] = reader === 'us' ? ['US', 'Japanese'] : ['Japanese', 'US']
  const message =
    `the reader seems to expect a ${own} keyboard and the computer to have a ${other} one: ` +
    `set the layout to ${reader} (keyboardLayout, --layout ${reader}), or to same if they agree`
  throw new StripeError('layout', message)
}

/** @param at - place of the data in the text. */
function trackOf(format: StripeFormatId, data: string, at: number, repaired: StripeTrack['repaired']): Outcome {
  const known = stripeFormat(format)
  const { maxData, base } = known
  const refuse = (error: StripeError): Outcome => ({ format, error })
  if (data.length === 0) return refuse(new StripeError('length', 'no data', { character: at }))
  if (data.length > maxData) {
    return refuse(new StripeError('length', 'too many characters', { character: at + maxData }))
  }
  const wrong = [...data].findIndex((_, i) => !isData(known, data.charCodeAt(i) - base))
  if (wrong >= 0) {
    return refuse(new StripeError('character', 'not a character of the track', { character: at + wrong }))
  }
  return { format, direction: undefined, checked: false, data: new PersonalText(data), repaired }
}

function swipe(outcomes: readonly Outcome[]): Swipe {
  const tracks = outcomes.filter((one) => 'data' in one)
  const unreadable = outcomes.filter((one) => 'error' in one)
  if (tracks.length > 0) return { source: 'keyboard', tracks, unreadable }
  throw unreadable[0]?.error ?? new StripeError('start-sentinel', 'nothing was typed', { character: 0 })
}

/** Full-width forms U+FF01 to U+FF5E and the ideographic space as ASCII. */
function narrowed(text: string): string {
  return text
    .replaceAll(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ')
}

function swappedCase(text: string): string {
  return text.replaceAll(/[A-Za-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) ^ 0x20))
}
