import {
  constants,
  createHash,
  createPublicKey,
  type KeyObject,
  publicDecrypt,
  verify,
  X509Certificate,
} from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from '../../src/bytes.ts'
import { createIdentity, type Identity, type VirtualCard } from '../../src/emulator/index.ts'
import {
  data,
  identity,
  poweredCard,
  selectCommon,
  selectFile,
  selectJpki,
  selectText,
  selectVisual,
  send,
  sw,
  verifyDirect,
} from './support.ts'

const message = new TextEncoder().encode('署名する文書')
const digest = createHash('sha256').update(message).digest()
const prefix = fromHex('3031300D060960864801650304020105000420')
const digestInfo = concat(prefix, digest)

let person: Identity
let key: KeyObject

beforeAll(async () => {
  person = await identity()
  key = new X509Certificate(person.auth.certificate).publicKey
})

const sign = (p1: string, p2: string, input: Uint8Array, le = '00'): string =>
  `802A${p1}${p2}${toHex(Uint8Array.of(input.length))}${toHex(input)}${le}`

async function authenticated(options = {}): Promise<VirtualCard> {
  const card = await poweredCard(options)
  await sw(card, selectJpki, verifyDirect('98', '1234'))
  return card
}

const unpadded = (signature: Uint8Array): Buffer =>
  publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature)

describe('COMPUTE DIGITAL SIGNATURE', () => {
  test('P1 = 00 pads what it is given', async () => {
    const card = await authenticated()
    expect(verify('sha256', message, key, await data(card, sign('00', '97', digestInfo)))).toBe(true)
    expect(unpadded(await data(card, sign('00', '97', message)))).toEqual(Buffer.from(message))
  })

  test('P1 = 01 hashes and pads the bare digest', async () => {
    expect(unpadded(await data(await authenticated(), sign('01', '97', message)))).toEqual(digest)
  })

  test.each([
    ['02', digest],
    ['03', message],
  ])('P1 = %s is PKCS#1 v1.5 with SHA-256', async (p1, input) => {
    expect(verify('sha256', message, key, await data(await authenticated(), sign(p1, '97', input)))).toBe(true)
  })

  test.each([
    ['04', digest],
    ['05', message],
  ])('P1 = %s is PSS with SHA-256 and a fresh salt', async (p1, input) => {
    const card = await authenticated()
    const first = await data(card, sign(p1, '97', input))
    const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    expect(verify('sha256', message, pss, first)).toBe(true)
    expect(toHex(await data(card, sign(p1, '97', input)))).not.toBe(toHex(first))
  })

  test('lengths: 00 takes 1 to 245 bytes, 02 and 04 exactly 32, else 6985', async () => {
    const card = await authenticated()
    expect(await sw(card, sign('00', '97', new Uint8Array(245)))).toBe('9000')
    expect(await sw(card, sign('00', '97', new Uint8Array(246)))).toBe('6985')
    for (const p1 of ['02', '04']) expect(await sw(card, sign(p1, '97', new Uint8Array(31)))).toBe('6985')
    expect(await sw(card, '802A009700')).toBe('6985')
    expect(await sw(card, `802A0397000200${'5A'.repeat(512)}0000`)).toBe('9000')
  })

  test('other P1 is 6A86, no verified PIN 6982, no Le 6700', async () => {
    const card = await authenticated()
    for (const p1 of ['06', '80', 'FF']) expect(await sw(card, sign(p1, '97', digest))).toBe('6A86')
    expect(await sw(card, sign('02', '9A', digest))).toBe('6982')
    expect(await sw(card, sign('02', '97', digest, ''))).toBe('6700')
    expect(await sw(await poweredCard(), selectJpki, sign('02', '97', digest))).toBe('6982')
  })

  test('P2 = 80 means the current key', async () => {
    const card = await authenticated()
    expect(await sw(card, sign('02', '80', digest))).toBe('6986')
    expect(await sw(card, selectFile('0018'), sign('02', '80', digest))).toBe('6981')
    expect(await sw(card, selectFile('0017'), sign('02', '80', digest))).toBe('9000')
    expect(await sw(card, sign('02', '83', digest))).toBe('6A88')
    expect(await sw(card, sign('02', '00', digest))).toBe('6A88')
  })

  test('a Le below 256 is 6C00', async () => {
    const card = await authenticated()
    expect(await send(card, sign('02', '97', digest, '80'))).toBe('6C00')
    expect(await sw(card, `802A0297000020${toHex(digest)}0080`)).toBe('6C00')
    expect(await sw(card, `802A0297000020${toHex(digest)}0000`)).toBe('9000')
  })

  test('as through T=0 the signature waits for GET RESPONSE', async () => {
    const card = await authenticated({ chainedResponses: true })
    expect(await send(card, sign('02', '97', digest))).toBe('6100')
    const first = await send(card, '00C00000C0')
    expect(first.slice(-4)).toBe('6140')
    expect(await send(card, '00C0000050')).toBe('6C40')
    const second = await send(card, '00C0000040')
    expect(verify('sha256', message, key, fromHex(first.slice(0, -4) + second.slice(0, -4)))).toBe(true)
    expect(await send(card, '00C0000000')).toBe('6985')
  })

  test('another command in between loses the waiting answer', async () => {
    const card = await authenticated({ chainedResponses: true })
    await sw(card, sign('02', '97', digest), '00200098')
    expect(await send(card, '00C0000000')).toBe('6985')
  })

  test('text and visual applications sign with their own key and no PIN', async () => {
    const card = await poweredCard()
    for (const [select, { publicKey }] of [
      [selectText, person.textKey],
      [selectVisual, person.visualKey],
    ] as const) {
      await sw(card, select)
      const own = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
      expect(verify('sha256', message, own, await data(card, sign('00', '00', digestInfo)))).toBe(true)
    }
  })

  test('the signature key is the one of the signature certificate', async () => {
    const card = await poweredCard()
    await sw(card, selectJpki, verifyDirect('9B', 'ABC123'), selectFile('001A'))
    const signKey = new X509Certificate(person.sign.certificate).publicKey
    expect(verify('sha256', message, signKey, await data(card, sign('03', '80', message)))).toBe(true)
  })
})

describe('INTERNAL AUTHENTICATE', () => {
  const command = `0088009908${'07'.repeat(8)}00`

  test('signs the hash of the challenge with key 0019 of the common application', async () => {
    const card = await poweredCard()
    await sw(card, selectCommon)
    const own = createPublicKey({ key: Buffer.from(person.commonKey.publicKey), format: 'der', type: 'spki' })
    expect(verify('sha256', new Uint8Array(8).fill(7), own, await data(card, command))).toBe(true)
  })

  test('is refused elsewhere', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, command)).toBe('6985')
    expect(await sw(card, selectVisual, command)).toBe('6A88')
  })
})

describe('instructions that need issued keys', () => {
  test.each([
    [selectCommon, '66F1'],
    [selectVisual, '66F1'],
    [selectJpki, '6982'],
  ])('SET SESSION KEY after %s is %s', async (select, expected) => {
    expect(await sw(await poweredCard(), select, '80AE0000020000')).toBe(expected)
  })

  test('EXTERNAL AUTHENTICATE has no key', async () => {
    expect(await sw(await poweredCard(), selectJpki, '0082000000')).toBe('6A88')
  })
})

test('identities differ', async () => {
  const other = await createIdentity()
  expect(toHex(other.auth.certificate)).not.toBe(toHex(person.auth.certificate))
})
