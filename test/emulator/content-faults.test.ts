import { verify } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { concat, toHex } from '../../src/bytes.ts'
import { type ContentFault, contentFaults, type Identity, type VirtualCard } from '../../src/emulator/index.ts'
import { keyOf, keyOfObjects, sha256 } from './keys.ts'
import { data, identity, poweredCard, selectCommon, selectText, selectVisual, sw, verifyDirect } from './support.ts'
import { children, type ReadObject, tlvAt } from './tlv-reader.ts'

let person: Identity
beforeAll(async () => {
  person = await identity()
})

type Fields = Record<string, ReadObject>

/** Fields of a template, and whether every length stays within the file. */
function open(file: Uint8Array): { fields: Fields; fits: boolean } {
  const outer = tlvAt(file, 0)
  const fields = children(outer.value)
  const last = Object.values(fields).at(-1)!
  return { fields, fits: outer.end <= file.length && last.end === outer.value.length }
}

/** Whether the offset table has the place of each field. */
function offsetsRight(file: Uint8Array): boolean {
  const { DF21, ...fields } = children(tlvAt(file, 0).value)
  const table = Buffer.from(DF21!.value)
  const tags = Object.keys(fields)
  if (table.length !== 2 * tags.length) return false
  return tags.every((tag, i) => {
    const at = table.readUInt16BE(2 * i)
    return at < file.length && tlvAt(file, at).tag === tag
  })
}

function chainRight(file: Uint8Array, application: 'text' | 'visual'): { named: boolean; signed: boolean } {
  const parts = children(tlvAt(file, 0).value)
  const body = parts['5F4E']!.value
  const { root } = person.cvc[application]
  return {
    named: toHex(body.subarray(0, 16)) === toHex(root.keyId),
    signed: verify('sha256', body, keyOf(root), parts['5F37']!.value),
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function checkDigitRight(digits: string): boolean {
  const weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
  const rest = weights.reduce((sum, weight, i) => sum + weight * Number(digits[i]), 0) % 11
  return Number(digits[11]) === (rest <= 1 ? 0 : 11 - rest)
}

async function answers(card: VirtualCard, recordKey: Uint8Array): Promise<boolean> {
  const challenge = new Uint8Array(20).fill(3)
  const answer = await data(card, `802A030014${toHex(challenge)}00`)
  return verify('sha256', challenge, keyOfObjects(recordKey), answer)
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const failing = (checks: Record<string, boolean>): string[] => Object.keys(checks).filter((name) => !checks[name])

async function textChecks(card: VirtualCard): Promise<Record<string, boolean>> {
  await sw(card, selectText, verifyDirect('91', '1234'))
  const read = (sfi: string): Promise<Uint8Array> => data(card, `00B0${sfi}00000000`)
  const [number, file, digests, certificate, own] = await Promise.all(['81', '82', '83', '84', '87'].map(read))
  const attributes = open(file!)
  const signed = open(digests!).fields
  const key = open(own!).fields
  const issuer = keyOf(person.cvc.text.issuer)
  const chain = chainRight(certificate!, 'text')
  const digits = text(tlvAt(number!, 0).value)
  const body = attributes.fields
  return {
    'number: holder': digits === '123456789018' || digits === '123456789019',
    'number: check digit': checkDigitRight(digits),
    'attributes: holder': text(body['DF22']!.value).startsWith(person.holder.name),
    'attributes: lengths': attributes.fits,
    'attributes: offsets': offsetsRight(file!),
    'attributes: utf8': isUtf8(body['DF22']!.value),
    'digest of number': toHex(signed['DF31']!.value) === toHex(sha256(number!)),
    'digest of attributes':
      toHex(signed['DF32']!.value) === toHex(sha256(tlvAt(file!, 0).value.subarray(body['DF21']!.whole.length))),
    'text signature': verify(
      'sha256',
      concat(signed['DF31']!.whole, signed['DF32']!.whole),
      issuer,
      signed['DF33']!.value,
    ),
    'text card key signature': verify('sha256', key['DF51']!.whole, issuer, key['DF52']!.value),
    'text root named': chain.named,
    'text root signed': chain.signed,
    'text challenge': await answers(card, key['DF51']!.value),
  }
}

async function visualChecks(card: VirtualCard): Promise<Record<string, boolean>> {
  await sw(card, selectVisual, verifyDirect('91', '020217'), verifyDirect('93', '123456789018'))
  const read = (sfi: string): Promise<Uint8Array> => data(card, `00B0${sfi}00000000`)
  const [birth, face, certificate, number] = await Promise.all(['81', '82', '84', '85'].map(read))
  const issuer = keyOf(person.cvc.visual.issuer)
  const own = toHex(open(birth!).fields['DF12']!.value)
  const { fields, fits } = open(face!)
  const part = (...tags: string[]): Uint8Array => sha256(...tags.map((tag) => fields[tag]!.whole))
  const parts = concat(part('DF22', 'DF23', 'DF24'), part('DF25', 'DF26'), part('DF27'))
  const record = (bytes: Uint8Array): boolean => {
    const [first, second, signature] = Object.values(open(bytes).fields)
    return verify('sha256', concat(first!.whole, second!.whole), issuer, signature!.value)
  }
  const chain = chainRight(certificate!, 'visual')
  return {
    'birth: holder': text(open(birth!).fields['DF11']!.value) === '19900217',
    'birth signature': record(birth!),
    'face: holder': text(fields['DF22']!.value) === '19900217',
    'face: lengths': fits,
    'face: offsets': offsetsRight(face!),
    'face: expiry': fields['DF29'] !== undefined && text(fields['DF29'].value) === '20350217',
    'face: key of birth': toHex(fields['DF24']!.value) === own,
    'face signature': verify('sha256', parts, issuer, fields['DF28']?.value ?? new Uint8Array(0)),
    'number image: key of birth': toHex(open(number!).fields['DF42']!.value) === own,
    'number image signature': record(number!),
    'visual root named': chain.named,
    'visual root signed': chain.signed,
    'visual challenge': await answers(card, open(birth!).fields['DF12']!.value),
  }
}

async function commonChecks(card: VirtualCard): Promise<Record<string, boolean>> {
  await sw(card, selectCommon)
  const record = await data(card, '00B2010C00')
  return {
    'record: length': record.length === 2 + record[1]!,
    'record: serial': text(record.subarray(2, 17)) === person.serialNumber,
  }
}

const expected: Record<ContentFault, readonly string[]> = {
  'text-number-of-other-card': ['number: holder', 'digest of number'],
  'text-number-check-digit': ['number: check digit'],
  'text-attributes-of-other-card': ['attributes: holder', 'digest of attributes'],
  'text-attributes-cut': ['attributes: lengths', 'attributes: offsets', 'digest of attributes'],
  'text-attributes-overrun': ['attributes: lengths', 'attributes: offsets'],
  'text-attributes-offsets': ['attributes: offsets'],
  'text-attributes-not-utf8': ['attributes: utf8'],
  'text-digests-of-other-card': ['digest of number', 'digest of attributes'],
  'text-digest-wrong': ['digest of number'],
  'text-signature-of-other-card': ['text signature'],
  'text-certificate-foreign': ['text root named', 'text root signed'],
  'text-certificate-forged': ['text root signed'],
  'text-key-copied': ['text challenge'],
  'visual-birth-of-other-card': [
    'birth: holder',
    'face: key of birth',
    'number image: key of birth',
    'visual challenge',
  ],
  'visual-face-of-other-card': ['face: holder', 'face: expiry', 'face: key of birth'],
  'visual-face-cut': ['face: lengths', 'face: offsets', 'face: expiry', 'face signature'],
  'visual-face-offsets': ['face: offsets'],
  'visual-photo-of-other-card': ['face signature'],
  'visual-signature-of-other-card': ['face signature'],
  'visual-expiry-changed': ['face: expiry'],
  'visual-number-of-other-card': ['number image: key of birth'],
  'visual-certificate-foreign': ['visual root named', 'visual root signed'],
  'visual-certificate-forged': ['visual root signed'],
  'visual-key-copied': ['visual challenge'],
  'common-record-of-other-card': ['record: serial'],
  'common-record-cut': ['record: length'],
}

async function mismatches(faults: readonly ContentFault[]): Promise<string[]> {
  const card = await poweredCard({ contentFaults: faults })
  return failing({ ...(await textChecks(card)), ...(await visualChecks(card)), ...(await commonChecks(card)) })
}

test('a card without faults passes every check', async () => {
  expect(await mismatches([])).toEqual([])
})

test.each(contentFaults)('%s fails what it should and nothing else', async (fault) => {
  expect(await mismatches([fault])).toEqual(expected[fault])
})

test('faults come together', async () => {
  expect(await mismatches(['text-digest-wrong', 'common-record-cut', 'visual-expiry-changed'])).toEqual([
    'digest of number',
    'face: expiry',
    'record: length',
  ])
})

test('an unknown name is a TypeError, a card without the files a RangeError', async () => {
  await expect(poweredCard({ contentFaults: ['text-everything' as ContentFault] })).rejects.toThrow(TypeError)
  await expect(poweredCard({ kind: 'juki', contentFaults: ['common-record-cut'] })).rejects.toThrow(RangeError)
})
