import { concat, fromHex } from '../../src/bytes.ts'
import { statusWords } from '../fault-matrix/faults.ts'
import type { Random } from './random.ts'

/** What a hostile card knows when it answers. */
export interface Situation {
  readonly random: Random
  readonly command: Uint8Array
  /** What an honest card would answer; nothing when it was never asked that. */
  readonly honest: Uint8Array | undefined
  /** What it has answered before. */
  readonly last: Uint8Array
  /** Honest answers to commands with the same INS, in whatever application. */
  readonly alike: readonly Uint8Array[]
  /** All honest answers. */
  readonly all: readonly Uint8Array[]
}

/** A way to answer anything. */
export type Attack = (situation: Situation) => Uint8Array

const ok = fromHex('9000')
const word = (sw: number): Uint8Array => Uint8Array.of(sw >> 8, sw & 0xff)
const instead = ({ honest, random }: Situation): Uint8Array => honest ?? concat(random.bytes(random.below(40)), ok)

/** Data objects in data objects, each as long as what is left says. */
function nested(random: Random): Uint8Array {
  const tag = random.pick(['30', '31', '6F', 'FF10', 'FF20', 'FF50', '7F21', 'A1', 'E1', '61', '01'])
  const length = random.pick(['80', '7F', '81FF', '820FFF', '83FFFFFF', '84FFFFFFFF', '8400000001', '00', 'FF', '85'])
  const header = fromHex(tag + length)
  return concat(...Array.from({ length: 1 + random.below(400) }, () => header), ok)
}

/** One to three bytes others than they were, at the beginning more often: there tags and lengths are. */
function bent(bytes: Uint8Array, random: Random): Uint8Array {
  const result = bytes.slice()
  for (let i = random.below(3); i >= 0; i--) {
    const end = random.chance(50) ? Math.min(24, result.length) : result.length
    if (end > 0) result[random.below(end)] = random.pick([random.below(256), 0x00, 0x7f, 0x80, 0xff, 0x30, 0x84])
  }
  return result
}

/** Headers of objects as long as they may be, or nearly. */
const largest = [
  '30823FF0',
  'FF20827FF0',
  'FF108207F0',
  'FF50827FF0',
  'FF30827000',
  '7F218207F0',
  'A1820700',
  'FF40827FF0',
]

/** Every attack by a name for the report. */
export const attacks: Readonly<Record<string, Attack>> = {
  'random bytes': ({ random }) => random.bytes(random.below(24)),
  'many random bytes': ({ random }) => concat(new Uint8Array(random.below(70_000)).fill(random.below(256)), ok),
  'random data, 9000': ({ random }) => concat(random.bytes(random.below(300)), ok),
  'random status word': ({ random }) => word(random.pick([0x6000, 0x9000]) | random.below(0x1000)),
  'known status word': ({ random }) => word(random.pick(statusWords)),
  'data with a status word': ({ random, ...rest }) =>
    concat(instead({ random, ...rest }).subarray(0, -2), word(random.pick(statusWords))),
  nothing: ({ random }) => random.bytes(random.below(2)),
  'more to come': ({ random }) => concat(random.bytes(random.below(3)), word(0x6100 | random.below(256))),
  'a byte at a time': ({ command, random }) => {
    const begins = (command[2]! & 0x80) !== 0 || command[3]! < 8
    return concat(begins ? fromHex(random.pick(largest)) : random.bytes(1), ok)
  },
  'a byte at a time, more to come': ({ random }) => concat(random.bytes(1), word(0x61ff)),
  'wrong Le': ({ random }) => word(0x6c00 | random.below(256)),
  'more to come or wrong Le': ({ random }) => word(random.pick([0x6100, 0x6c00]) | random.below(256)),
  'tries left': ({ random }) => word(0x63c0 | random.below(16)),
  nested: ({ random }) => nested(random),
  'right with bent bytes': (situation) => bent(instead(situation), situation.random),
  'right and cut': (situation) => {
    const right = instead(situation)
    return concat(right.subarray(0, situation.random.below(right.length)), ok)
  },
  'right and more': (situation) => concat(instead(situation).subarray(0, -2), situation.random.bytes(9), ok),
  'another answer of its kind': ({ alike, random, last }) => (alike.length > 0 ? random.pick(alike) : last),
  'any answer': ({ all, random }) => random.pick(all),
  'the last answer again': ({ last }) => last,
  'the command back': ({ command }) => concat(command, ok),
}
