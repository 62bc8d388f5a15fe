import { StripeError } from '../errors.ts'
import { PersonalText } from '../layout/index.ts'
import { isData, type StripeFormatId, stripeFormat } from './formats.ts'
import type { StripeTrack, Swipe } from './track.ts'

/** Longest text of one swipe: more than all tracks together. */
const maxText = 1000

/** Options of {@link readKeyboard}. */
export interface KeyboardOptions {
  /**
   * `iso`: tracks between the sentinels `%…?`, `;…?` and `+…?`, in this order, each at most once. `jis2`: a reader of the
   * front stripe, whose whole text is the data. Default `iso`.
   */
  readonly form?: 'iso' | 'jis2' | undefined
  /** Caps Lock was on, so that letters changed case. Only `jis2` needs to be told: track 1 has no lower case. */
  readonly capsLock?: boolean | undefined
}

/**
 * Reads a swipe from a reader that types. Such readers check parity and LRC themselves and keep them, so nothing of that can
 * be checked here: `checked` is false.
 *
 * Line ends around the text are left out, full-width forms of an input method become ASCII, on track 1 lower case becomes
 * upper case; `repaired` tells. Katakana cannot be read from keys.
 *
 * @throws StripeError `ERR_STRIPE` with the character of the text (from 0) that is wrong; check `reader` for the `%E?`,
 *   `;E?` and `+E?` by which readers tell that they could not read.
 */
export function readKeyboard(text: string, options: KeyboardOptions = {}): Swipe {
  if (typeof text !== 'string') throw new TypeError('a swipe of a keyboard reader is text')
  if (text.length > maxText) throw new StripeError('length', `a swipe of ${text.length} characters, at most ${maxText}`)
  const { form = 'iso', capsLock = false } = options
  const before = /^[\r\n]*/.exec(text)![0].length
  const typed = text.replace(/^[\r\n]+|[\r\n]+$/g, '')
  const narrow = narrowed(typed)
  const width = narrow === typed ? [] : (['width'] as const)
  if (form === 'jis2') {
    const data = capsLock ? swappedCase(narrow) : narrow
    return swipe([trackOf('jis2', data, before, [...width, ...(capsLock ? (['case'] as const) : [])])])
  }
  return swipe(isoTracks(narrow, before, width))
}

const sentinels: readonly (readonly [string, StripeFormatId])[] = [
  ['%', 'iso1'],
  [';', 'iso2'],
  ['+', 'iso3'],
]

type Outcome = StripeTrack | { readonly format: StripeFormatId; readonly error: StripeError }

function isoTracks(text: string, before: number, width: readonly 'width'[]): readonly Outcome[] {
  const tracks: Outcome[] = []
  let next = 0
  for (let at = 0; at < text.length; ) {
    const found = sentinels.findIndex(([start], i) => i >= next && text[at] === start)
    if (found < 0) throw new StripeError('start-sentinel', 'no start sentinel', { character: before + at })
    const end = text.indexOf('?', at + 1)
    if (end < 0) throw new StripeError('end-sentinel', 'no end sentinel', { character: before + text.length })
    const format = sentinels[found]![1]
    tracks.push(isoTrack(format, text.slice(at + 1, end), before + at + 1, width))
    next = found + 1
    at = end + 1
  }
  return tracks
}

function isoTrack(format: StripeFormatId, typed: string, at: number, width: readonly 'width'[]): Outcome {
  if (typed === 'E' || typed === 'e') {
    const message = 'the reader could not read the track'
    return { format, error: new StripeError('reader', message, { character: at }) }
  }
  const data = format === 'iso1' ? typed.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()) : typed
  return trackOf(format, data, at, [...width, ...(data === typed ? [] : (['case'] as const))])
}

/** @param at - place of the data in the text. */
function trackOf(format: StripeFormatId, data: string, at: number, repaired: StripeTrack['repaired']): Outcome {
  const known = stripeFormat(format)
  const { maxData, base } = known
  const refuse = (error: StripeError): Outcome => ({ format, error })
  if (data.length === 0) return refuse(new StripeError('length', 'there is no data', { character: at }))
  if (data.length > maxData) {
    return refuse(new StripeError('length', 'too many characters', { character: at + maxData }))
  }
  const wrong = [...data].findIndex((_, i) => !isData(known, data.charCodeAt(i) - base))
  if (wrong >= 0) {
    return refuse(new StripeError('character', 'a character the track does not have', { character: at + wrong }))
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
