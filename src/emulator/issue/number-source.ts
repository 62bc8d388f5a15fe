/** The source of invented numbers: random, or derived from a seed. */

import { createHash, randomBytes, randomInt } from 'node:crypto'

/** Where invented numbers come from. */
export interface NumberSource {
  /** An integer from 0 to `limit - 1`; `limit` is 1 to 2^40. */
  readonly below: (limit: number) => number
  /** Decimal digits. */
  readonly digits: (count: number) => string
  /** Upper-case hexadecimal digits. */
  readonly hex: (count: number) => string
  /** Serial number of a certificate: four bytes, positive, no leading zero. */
  readonly serial: () => Uint8Array
}

let lastSerial = randomInt(0x0100_0000, 0x4000_0000)

/** Random. Serial numbers are counted from a random start, so that none is repeated in a process. */
export const randomNumbers: NumberSource = source(
  (count) => randomBytes(count),
  () => {
    lastSerial += 1
    return lastSerial
  },
)

/**
 * The same numbers for the same seed: SHA-256 of seed and counter. Not for keys: what follows from a seed is no secret.
 *
 * @param nextSerial - serial numbers, so that sources of one town do not repeat each other's.
 */
export function seededNumbers(seed: string, nextSerial: () => number): NumberSource {
  let counter = 0
  let rest = Buffer.alloc(0)
  const take = (count: number): Buffer => {
    while (rest.length < count) {
      const block = createHash('sha256').update(`${counter}\0${seed}`).digest()
      counter += 1
      rest = Buffer.concat([rest, block])
    }
    const bytes = rest.subarray(0, count)
    rest = rest.subarray(count)
    return bytes
  }
  return source(take, nextSerial)
}

function source(bytes: (count: number) => Buffer, nextSerial: () => number): NumberSource {
  const below = (limit: number): number => bytes(6).readUIntBE(0, 6) % limit
  return {
    below,
    digits: (count) => Array.from({ length: count }, () => below(10)).join(''),
    hex: (count) => Array.from({ length: count }, () => below(16).toString(16).toUpperCase()).join(''),
    serial: () => {
      const serial = new Uint8Array(4)
      new DataView(serial.buffer).setUint32(0, nextSerial())
      return serial
    },
  }
}
