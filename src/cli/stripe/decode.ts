import { fromHex } from '../../bytes.ts'
import type { StripeError } from '../../errors.ts'
import {
  type BitOrder,
  type DecodeOptions,
  type KeyboardLayout,
  loadStripeProfile,
  type RawTrack,
  readBits,
  readKeyboard,
  readStripeRecord,
  type StripeFormatId,
  type StripeProfile,
  type StripeTrack,
  type Swipe,
} from '../../municipal/index.ts'
import { recordJson, recordRows } from '../applications/municipal.ts'
import type { Options } from '../arguments.ts'
import { readProfileText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { profile as profileOption } from '../options.ts'
import { table } from '../output.ts'
import { readSwipeText, swallowSwipe } from './input.ts'

/** Form of a swipe, from the options of `stripe decode`. */
interface SwipeForm {
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
function readSwipe(text: string, form: SwipeForm, track: Track): Swipe {
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

/** `stripe decode [FILE]`: the tracks of a swipe and, with `--profile`, the fields of the municipality. */
export async function stripeDecode({ io, options, operands, messages }: Context, form: SwipeForm): Promise<Result> {
  const profile = await profileOf(options).catch(async (error: unknown) => {
    // The card may have been swiped already.
    if (operands[0] === undefined || operands[0] === '-') await swallowSwipe(io)
    throw error
  })
  const swipe = readSwipe(await readSwipeText(io, operands[0]), form, profile?.track)
  const record = profile && readStripeRecord(profile, swipe)
  return {
    json: {
      source: swipe.source,
      tracks: swipe.tracks.map(trackJson),
      unreadable: swipe.unreadable.map(({ format, error }) => ({ track: format, ...errorJson(error) })),
      ...(record !== undefined && { record: recordJson(record) }),
    },
    text: `${tracksText(swipe, messages)}${record === undefined ? '' : `\n${table(recordRows(record, messages), '')}`}`,
  }
}

async function profileOf(options: Options): Promise<StripeProfile | undefined> {
  const file = options.get(profileOption)
  return file === undefined ? undefined : loadStripeProfile(await readProfileText(file))
}

function trackJson({ format, direction, checked, data, repaired }: StripeTrack) {
  return { track: format, direction: direction ?? null, checked, data: data.reveal(), repaired }
}

function errorJson({ code, check, bit, character }: StripeError) {
  return { code, check, ...(bit !== undefined && { bit }), ...(character !== undefined && { character }) }
}

function tracksText({ tracks, unreadable }: Swipe, { stripe: texts }: Messages): string {
  return table(
    [
      ...tracks.map(({ format, direction, checked, data, repaired }) => [
        texts.tracks[format],
        texts.directions[direction ?? 'unknown'],
        [checked ? texts.checked : texts.notChecked, ...repaired.map((what) => texts.repaired[what])].join(', '),
        data.reveal(),
      ]),
      ...unreadable.map(({ format, error }) => [texts.tracks[format], texts.unreadable, error.message]),
    ],
    '',
  )
}
