import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from '../../../src/bytes.ts'
import { cvcLength, decodeCvc, keyIdText } from '../../../src/card-face/index.ts'
import { DecodeError } from '../../../src/errors.ts'
import { thrown, vectors } from '../../support/vectors.ts'

interface Edit {
  at: number
  remove: number
  insert: string
}
interface Case {
  id: string
  edits: Edit[]
  code?: string
  offset?: number
}
const path = 'juki/cvc.json'
const file = JSON.parse(readFileSync(new URL(`../../../vectors/${path}`, import.meta.url), 'utf8')) as {
  bytes: string
  certificate: Record<'issuerKeyId' | 'subjectKeyId' | 'exponent' | 'modulus' | 'signature', string>
}

/** Edits from the last to the first, so that each `at` counts in the good bytes. */
function edited(edits: readonly Edit[]): Uint8Array {
  return [...edits]
    .sort((a, b) => b.at - a.at)
    .reduce<Uint8Array>(
      (bytes, { at, remove, insert }) => concat(bytes.subarray(0, at), fromHex(insert), bytes.subarray(at + remove)),
      fromHex(file.bytes),
    )
}

test('a certificate has two identifiers, a key and a signature over all of them', () => {
  const certificate = decodeCvc(fromHex(file.bytes))
  const { publicKey, issuerKeyId, subjectKeyId, signature, signed, bytes } = certificate
  expect({
    issuerKeyId: toHex(issuerKeyId),
    subjectKeyId: toHex(subjectKeyId),
    exponent: toHex(publicKey.exponent),
    modulus: toHex(publicKey.modulus),
    signature: toHex(signature),
  }).toEqual(file.certificate)
  expect(toHex(bytes)).toBe(file.bytes)
  expect(toHex(signed)).toBe(file.bytes.slice(20, 20 + 2 * 297))
  expect([keyIdText(issuerKeyId), keyIdText(subjectKeyId)]).toEqual(['9876023/001', '9999921/000'])
})

describe('decodeCvc', () => {
  for (const { id, edits, code, offset } of vectors<Case>(path)) {
    if (code === undefined) {
      test(`${id} is read`, () => expect(decodeCvc(edited(edits)).bytes).toEqual(edited(edits)))
    } else {
      test(`${id} is refused at its place`, async () => {
        const error = await thrown<DecodeError>(() => decodeCvc(edited(edits)))
        expect(error).toBeInstanceOf(DecodeError)
        expect({ code: error.code, offset: error.offset }).toEqual({ code, offset })
      })
    }
  }

  test('the result does not change with the input', () => {
    const bytes = fromHex(file.bytes)
    const certificate = decodeCvc(bytes)
    bytes.fill(0)
    expect(certificate.bytes).toHaveLength(cvcLength)
    expect(toHex(certificate.signed.subarray(0, 7))).toBe('39383736303233')
    expect(certificate.publicKey.modulus[0]).toBe(0xc1)
  })

  test('an input of any size costs the same', async () => {
    const error = await thrown<DecodeError>(() => decodeCvc(new Uint8Array(100_000_000).fill(0x7f)))
    expect(error).toBeInstanceOf(DecodeError)
  })
})

test('an identifier of another form is shown as bytes', () => {
  expect(keyIdText(new Uint8Array(3))).toBe('000000')
  expect(keyIdText(new Uint8Array(16).fill(0x41))).toBe('41'.repeat(16))
})
