import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { copyBytes, toHex } from '../../../src/bytes.ts'
import {
  type BirthRecord,
  type CardEvidence,
  type CardFace,
  decodeBirthRecord,
  decodeCardFace,
  decodeCvc,
  decodeDigests,
  decodeNumberImage,
  decodeTextCardKey,
  digestedAttributes,
  type EvidenceOptions,
  type NumberImage,
  verifyEvidence,
} from '../../../src/card-face/index.ts'
import { DecodeError } from '../../../src/errors.ts'
import { evidenceOf, trusting } from './card.ts'
import { mutated } from './mutations.ts'

/** `JUKI_SEED` and `JUKI_RUNS` for more than the usual run; a failure states its seed. */
const seed = Number(process.env['JUKI_SEED'] ?? 20_261_125)
const numRuns = Number(process.env['JUKI_RUNS'] ?? 10_000)

type Name = 'issuerCertificate' | 'cardFace' | 'birthRecord' | 'numberImage' | 'digests' | 'cardKey' | 'attributes'
interface Place {
  readonly part: 'text' | 'visual'
  readonly name: Name | 'individualNumber' | 'challengeSignature'
  /** What of the bytes is proved: must be as it was when a changed record passes. */
  readonly proved: (bytes: Uint8Array) => Uint8Array
}

const records = {
  text: ['individual-number', 'attributes'],
  visual: ['card-face', 'birth-record', 'number-image', 'card-expiry'],
} as const
const whole = (bytes: Uint8Array): Uint8Array => bytes
const places: readonly Place[] = [
  { part: 'visual', name: 'cardFace', proved: (bytes) => decodeCardFace(bytes).signed! },
  { part: 'visual', name: 'birthRecord', proved: (bytes) => decodeBirthRecord(bytes).signed! },
  { part: 'visual', name: 'numberImage', proved: (bytes) => decodeNumberImage(bytes).signed! },
  { part: 'visual', name: 'issuerCertificate', proved: (bytes) => decodeCvc(bytes).signed },
  { part: 'visual', name: 'challengeSignature', proved: whole },
  { part: 'text', name: 'individualNumber', proved: whole },
  { part: 'text', name: 'attributes', proved: digestedAttributes },
  { part: 'text', name: 'digests', proved: (bytes) => decodeDigests(bytes).signed },
  { part: 'text', name: 'cardKey', proved: (bytes) => decodeTextCardKey(bytes).signed },
  { part: 'text', name: 'issuerCertificate', proved: (bytes) => decodeCvc(bytes).signed },
  { part: 'text', name: 'challengeSignature', proved: whole },
]

let evidence: CardEvidence
let options: EvidenceOptions
beforeAll(async () => {
  evidence = await evidenceOf()
  options = await trusting()
})

const bytesAt = ({ part, name }: Place): Uint8Array => (evidence[part] as unknown as Record<string, Uint8Array>)[name]!

/**
 * Verifies the evidence with other bytes in one place.
 *
 * @returns whether it passed; then nothing that is proved may differ.
 */
function passes(place: Place, bytes: Uint8Array): boolean {
  const { part, name, proved } = place
  const { cardExpiry } = evidence
  const changed = { ...(part === 'visual' && { cardExpiry }), [part]: { ...evidence[part], [name]: bytes } }
  const report = verifyEvidence(changed, { ...options, records: records[part] })
  expect(report.checks).toHaveLength(14)
  if (report.ok) expect(toHex(proved(bytes))).toBe(toHex(proved(bytesAt(place))))
  else expect(report.failure).toBeDefined()
  return report.ok
}

test(`${numRuns} changed records end in a report, and what passes is what was signed`, () => {
  let passed = 0
  const any = fc.nat(places.length - 1).chain((i) => mutated(bytesAt(places[i]!)).map((bytes) => [i, bytes] as const))
  fc.assert(
    fc.property(any, ([i, bytes]) => {
      if (passes(places[i]!, bytes)) passed++
    }),
    { seed, numRuns },
  )
  // Filler after a record, and what the signature leaves open.
  expect(passed).toBeGreaterThan(0)
  expect(passed).toBeLessThan(numRuns / 5)
}, 240_000)

describe('one byte changed', () => {
  test.each(places.map((place) => [`${place.part} ${place.name}`, place] as const))(
    'anywhere in %s is found',
    (_name, place) => {
      const bytes = bytesAt(place)
      const passed: number[] = []
      for (let at = 0; at < bytes.length; at++) {
        const changed = copyBytes(bytes)
        changed[at]! ^= 0x01
        if (passes(place, changed)) passed.push(at)
      }
      if (place.name !== 'cardFace') expect(passed).toEqual([])
      else {
        // Only the security-code image, which is not signed: its data, and its size within bounds.
        const { length } = decodeCardFace(bytes).unsigned.securityCodeImage!.bytes
        const open = [18, 19, 22, 23, ...Array.from({ length: length - 24 }, (_, i) => 24 + i)]
        expect(passed).toEqual(open.map((at) => bytes.length - length + at))
      }
    },
  )
})

/** A problem has the form and length of a field, nothing of its value. */
function expectMasked({ problems, further }: CardFace | BirthRecord | NumberImage): void {
  for (const { masked } of problems) expect(masked).toMatch(/^(nothing|\d+ (byte|digit|character|field)s?)$/)
  expect(further.length).toBeLessThanOrEqual(32)
}

test('readers end in a value or a DecodeError', () => {
  const readers = [decodeCardFace, decodeBirthRecord, decodeNumberImage, decodeCvc] as const
  const corpus = [places[0]!, places[1]!, places[2]!, places[3]!].map(bytesAt)
  const any = fc.nat(3).chain((i) => mutated(corpus[i]!).map((bytes) => [i, bytes] as const))
  fc.assert(
    fc.property(any, ([i, bytes]) => {
      try {
        const read = readers[i]!(bytes)
        if ('problems' in read) expectMasked(read)
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
        const { offset } = error as DecodeError
        expect(offset).toBeGreaterThanOrEqual(0)
        expect(offset).toBeLessThanOrEqual(bytes.length)
      }
    }),
    { seed, numRuns },
  )
})
