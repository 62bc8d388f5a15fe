import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { createVirtualCard, type VirtualCardOptions } from '../../src/emulator/index.ts'
import { data, identity, poweredCard, selectJpki, selectManager, send, sw, verifyDirect } from './support.ts'

const selectResidence = '00A4040C10D392F0004F0100000000000000000000'

describe('a card with face authentication', () => {
  test('has no signature certificate, and EF 0008 is 00 8F 00', async () => {
    const card = await poweredCard({ faceAuthentication: true })
    await sw(card, selectJpki)
    expect(toHex(await data(card, '00B0880000'))).toBe('008F00')
    await sw(card, verifyDirect('9B', 'ABC123'))
    expect((await data(card, '00B08100000000')).every((byte) => byte === 0xff)).toBe(true)
    expect(await sw(card, '802A009A0400112233' + '00')).toBe('6985')
  })

  test('has a readable authentication certificate and a blocked PIN', async () => {
    const card = await poweredCard({ faceAuthentication: true })
    await sw(card, selectJpki)
    expect((await data(card, '00B08A00000000'))[0]).toBe(0x30)
    expect(await sw(card, '00200098')).toBe('63C0')
    expect(await sw(card, verifyDirect('98', '1234'))).toBe('6984')
  })

  test('has the tries that are given', async () => {
    const card = await poweredCard({ faceAuthentication: true, triesLeft: { auth: 3 } })
    expect(card.triesLeft('auth')).toBe(3)
  })
})

describe('a card with the residence application', () => {
  test('answers SELECT by the whole name and by the RID, with its name on request', async () => {
    const card = await poweredCard({ residence: true })
    expect(await sw(card, selectResidence)).toBe('9000')
    expect(await sw(card, selectManager, '00A4040C05D392F0004F')).toBe('9000')
    expect(await send(card, '00A4040010D392F0004F010000000000000000000000')).toBe(
      '6F128410D392F0004F01000000000000000000009000',
    )
  })

  test.each([
    ['READ BINARY', '00B0810000', '6A82'],
    ['VERIFY', '00200091', '6A88'],
    ['GET DATA', '00CA006600', '6A88'],
    ['COMPUTE DIGITAL SIGNATURE', '802A00000400112233' + '00', '6A88'],
  ])('refuses %s', async (_name, command, expected) => {
    expect(await sw(await poweredCard({ residence: true }), selectResidence, command)).toBe(expected)
  })

  test('a card issued without it answers 6A82', async () => {
    expect(await sw(await poweredCard(), selectResidence)).toBe('6A82')
  })
})

test.each<[VirtualCardOptions, string]>([
  [{ kind: 'juki', faceAuthentication: true }, 'faceAuthentication: only a My Number card has it'],
  [{ kind: 'phone-android', residence: true }, 'residence: only a My Number card has it'],
  [{ faceAuthentication: true, signCertificate: true }, 'faceAuthentication: without a signature certificate'],
])('refuses options %o', async (options, message) => {
  await expect(createVirtualCard({ identity: await identity(), ...options })).rejects.toThrow(new RangeError(message))
})
