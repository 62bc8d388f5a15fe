import type { StripeError } from '../../errors.ts'
import {
  loadStripeProfile,
  readStripeRecord,
  type StripeProfile,
  type StripeTrack,
  type Swipe,
} from '../../municipal/index.ts'
import { recordJson, recordRows } from '../applications/municipal-record.ts'
import type { Options } from '../arguments.ts'
import { readProfileText } from '../bounded-file.ts'
import type { Context, Result } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { profile as profileOption } from '../options.ts'
import { table } from '../output.ts'
import { readSwipeText, swallowSwipe } from './input.ts'
import { readSwipe, type SwipeForm } from './read-swipe.ts'

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
