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
import { type Options, optionForm } from '../options.ts'

/** What a swipe is written as, by `--form`. */
const forms: Readonly<Record<'keyboard' | 'bits' | 'hex', (text: string, options: Options, track: Track) => Swipe>> = {
  keyboard: (text, options, track) =>
    readKeyboard(text, {
      form: track === 'jis2' ? 'jis2' : 'iso',
      capsLock: options.has('caps-lock'),
      keyboardLayout: options.get('layout') as KeyboardLayout | undefined,
    }),
  bits(text, options, track) {
    const bits = compact(text, /^[01]+$/)
    return raw({ format: named(track), bits: Uint8Array.from(bits, Number) }, options)
  },
  hex(text, options, track) {
    const bytes = fromHex(compact(text, /^(?:[0-9A-Fa-f]{2})+$/))
    const order = options.get('order')
    if (order === undefined) throw usageError('missing-option', optionForm('order'))
    return raw({ format: named(track), bytes, order: `${order}-first` as BitOrder }, options)
  },
}

type Track = StripeFormatId | undefined

/**
 * Reads a swipe as the options say: typed by a keyboard reader, bits as 0 and 1, or bytes in hexadecimal.
 *
 * @param track - of the profile, where `--track` does not name one.
 * @throws StripeError `ERR_STRIPE`; CliError `ERR_USAGE` for input of another form.
 */
export function readSwipe(text: string, options: Options, track: Track): Swipe {
  const form = (options.get('form') ?? 'keyboard') as keyof typeof forms
  return forms[form](text, options, (options.get('track') as Track) ?? track)
}

function raw(track: RawTrack, options: Options): Swipe {
  const direction = options.get('direction') as DecodeOptions['direction']
  return readBits([track], direction === undefined ? {} : { direction })
}

function named(track: Track): StripeFormatId {
  if (track === undefined) throw usageError('missing-option', optionForm('track'))
  return track
}

/** Line ends and blanks left out. */
function compact(text: string, form: RegExp): string {
  const whole = text.replaceAll(/\s/g, '')
  if (!form.test(whole)) throw usageError('bad-input', optionForm('form'))
  return whole
}
