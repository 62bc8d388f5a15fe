import { fromHex } from '../../bytes.ts'
import {
  type BitOrder,
  type DecodeOptions,
  type KeyboardLayout,
  type RawTrack,
  readBits,
  readKeyboard,
  type StripeFormatId,
  type Swipe,
} from '../../municipal/index.ts'
import { usageError } from '../cli-error.ts'

/** Form of a swipe, from the options of `stripe decode`. */
export interface SwipeForm {
  readonly form: 'keyboard' | 'bits' | 'hex'
  readonly track: StripeFormatId | undefined
  readonly order: 'msb' | 'lsb' | undefined
  readonly direction: DecodeOptions['direction']
  readonly capsLock: boolean
  readonly layout: KeyboardLayout | undefined
}

/** Parsers of a swipe, by `--form`. */
const forms: Readonly<Record<SwipeForm['form'], (text: string, form: SwipeForm, track: Track) => Swipe>> = {
  keyboard: (text, { capsLock, layout }, track) =>
    readKeyboard(text, {
      form: track === 'jis2' ? 'jis2' : 'iso',
      capsLock,
      keyboardLayout: layout,
    }),
  bits(text, form, track) {
    const bits = compact(text, /^[01]+$/)
    return raw({ format: named(track), bits: Uint8Array.from(bits, Number) }, form)
  },
  hex(text, form, track) {
    const bytes = fromHex(compact(text, /^(?:[0-9A-Fa-f]{2})+$/))
    const { order } = form
    if (order === undefined) throw usageError('missing-option', '--order msb|lsb')
    return raw({ format: named(track), bytes, order: `${order}-first` as BitOrder }, form)
  },
}

type Track = StripeFormatId | undefined

/**
 * Reads a swipe in the form of the options: typed by a keyboard reader, bits as 0 and 1, or bytes in hexadecimal.
 *
 * @param track - of the profile, if `--track` is not given.
 * @throws StripeError `ERR_STRIPE`; CliError `ERR_USAGE` for malformed input.
 */
export function readSwipe(text: string, form: SwipeForm, track: Track): Swipe {
  return forms[form.form](text, form, form.track ?? track)
}

function raw(track: RawTrack, { direction }: SwipeForm): Swipe {
  return readBits([track], direction === undefined ? {} : { direction })
}

function named(track: Track): StripeFormatId {
  if (track === undefined) throw usageError('missing-option', '--track iso1|iso2|iso3|jis2')
  return track
}

/** Removes line ends and blanks. */
function compact(text: string, form: RegExp): string {
  const whole = text.replaceAll(/\s/g, '')
  if (!form.test(whole)) throw usageError('bad-input', '--form keyboard|bits|hex')
  return whole
}
