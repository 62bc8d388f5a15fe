import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { asciiBytes, toHex } from '../../../src/bytes.ts'
import { CardSession, Pin, spendTheLastTry } from '../../../src/card/index.ts'
import {
  checkDigests,
  decodeDigests,
  decodeTextCardKey,
  IndividualNumber,
  TextApplication,
  type TextPin,
  textAccess,
  verificationCodeA,
  verificationCodeB,
} from '../../../src/card-face/index.ts'
import { requireAttributes } from '../../../src/card-face/text/attributes.ts'
import {
  type ContentFault,
  verificationCodeB as codeOnCard,
  type VirtualCardOptions,
} from '../../../src/emulator/index.ts'
import type { PinError, StatusWordError } from '../../../src/errors.ts'
import { thrown } from '../../support/vectors.ts'
import { bench, identity, verifies } from '../../support/virtual.ts'

const purpose = { purpose: 'social-security' } as const
const number = '123456789018'

/** A fresh value for each of the PINs. */
async function codeFor(pin: TextPin): Promise<Pin> {
  if (pin === 'pin') return Pin.fromText('1234')
  if (pin === 'code-a') return verificationCodeA(IndividualNumber.fromText(number, purpose))
  const { holder, cardExpiry, securityCode } = await identity()
  return verificationCodeB({ birthDate: holder.birthDate, cardExpiry, securityCode })
}

async function opened(options: VirtualCardOptions = {}, pin?: TextPin) {
  const table = await bench(options)
  const session = await table.session()
  const text = await TextApplication.open(session)
  if (pin !== undefined) await text.verifyPin(pin, await codeFor(pin))
  return { ...table, session, open: table.session, text }
}

describe('exchanges', () => {
  const job = async (session: CardSession) => {
    const text = await TextApplication.open(session)
    await text.verifyPin('pin', await codeFor('pin'))
    const attributes = await text.readAttributes()
    await session.close()
    return attributes
  }

  test('the attributes with the PIN take 5 on a card that takes everything', async () => {
    const { session, card, sent } = await bench()
    expect((await job(await session())).name).toBe((await identity()).holder.name)
    expect(card.exchanges).toBe(5)
    expect(sent()).toEqual([
      '00A4040C0AD3921000310001010408',
      '00200091',
      '002000910431323334',
      '00B08200000000',
      '00A4040C07A0000001510000',
    ])
  })

  const names = ['短い', '長い'.repeat(20), '長い'.repeat(60), '長い'.repeat(120)]
  test.each(names)('with short lengths one for each 256 bytes, and 5 (name %#)', async (name) => {
    const person = await identity()
    const holder = { ...person.holder, name }
    const { session, card } = await bench({ identity: { ...person, holder }, capabilities: { extendedLength: false } })
    const attributes = await job(await session())
    expect(attributes.name).toBe(name)
    const file = 2 + 11 + [name, holder.address].reduce((sum, part) => sum + Buffer.byteLength(part) + 5, 0) + 15
    expect(card.exchanges).toBeLessThanOrEqual(Math.ceil(file / 256) + 5)
  })

  test('with nothing but SELECT two more at most', async () => {
    const capabilities = { extendedLength: false, shortFileId: false, directReference: false }
    const { session, card } = await bench({ capabilities })
    await job(await session())
    expect(card.exchanges).toBeLessThanOrEqual(10)
  })

  test('all signed files take one each', async () => {
    const { text, card } = await opened({}, 'pin')
    const before = card.exchanges
    await text.readSigned({ number: purpose, attributes: true })
    expect(card.exchanges - before).toBe(5)
  })
})

describe('reading', () => {
  test('attributes and number are those of the holder', async () => {
    const { text } = await opened({}, 'pin')
    const { holder } = await identity()
    const sex = { '1': 'male', '2': 'female', '9': 'not-applicable' }[holder.sex as '1' | '2' | '9']
    const { name, address, birthDate } = holder
    expect(await text.readAttributes()).toEqual({
      name,
      address,
      birthDate,
      sex,
      further: [],
      problems: [],
    })
    const read = await text.readIndividualNumber(purpose)
    expect(read.reveal()).toBe(number)
    expect(read.purpose).toBe('social-security')
    expect(inspect(read)).not.toContain('1234')
  })

  test.each([
    { extendedLength: false },
    { shortFileId: false },
    { directReference: false },
    { extendedLength: false, shortFileId: false, directReference: false },
  ])('on a card with %j all files are the same', async (capabilities) => {
    const [{ text }, plain] = [await opened({ capabilities }, 'pin'), await opened({}, 'pin')]
    const wanted = { number: purpose, attributes: true }
    // Signatures of RSASSA-PKCS1-v1_5 are always the same.
    expect(await text.readSigned(wanted)).toEqual(await plain.text.readSigned(wanted))
    expect((await text.readInformation()).vendor).toBe(0x0e)
    expect(await text.readSessionKey()).toEqual(await plain.text.readSessionKey())
  })

  test('bytes before FF20 are read over', async () => {
    for (const prefix of ['0000', 'FFFF', '0102', '01020304']) {
      for (const extendedLength of [true, false]) {
        const options = { textAttributesPrefix: Buffer.from(prefix, 'hex'), capabilities: { extendedLength } }
        const { text } = await opened(options, 'pin')
        expect((await text.readAttributes()).name).toBe((await identity()).holder.name)
        const { digests, attributes } = await text.readSigned({ attributes: true })
        checkDigests(decodeDigests(digests), { attributes })
      }
    }
  })

  test('the signed files belong together', async () => {
    const { text } = await opened({}, 'pin')
    const { cvc, textKey } = await identity()
    const files = await text.readSigned({ number: purpose, attributes: true })
    const digests = decodeDigests(files.digests)
    checkDigests(digests, files)
    expect(digests).toEqual(await text.readDigests())
    const issuer = createPublicKey({ key: Buffer.from(cvc.text.issuer.publicKey), format: 'der', type: 'spki' })
    expect(verify('sha256', digests.signed, issuer, digests.signature)).toBe(true)
    const own = decodeTextCardKey(files.cardKey)
    expect(verify('sha256', own.signed, issuer, own.signature)).toBe(true)
    expect(own).toEqual(await text.readCardKey())
    expect(files.issuerCertificate).toEqual(await text.readIssuerCertificate())
    expect(toHex(files.issuerCertificate)).toBe(toHex(cvc.text.certificate))
    const challenge = randomBytes(20)
    const answer = await text.signChallenge(challenge)
    const chip = createPublicKey({ key: Buffer.from(textKey.publicKey), format: 'der', type: 'spki' })
    expect(verify('sha256', challenge, chip, answer)).toBe(true)
    await expect(text.signChallenge(new Uint8Array())).rejects.toThrow(RangeError)
  })

  test('what was not asked for is not read', async () => {
    const { text, sent, card } = await opened({}, 'pin')
    card.clearLog()
    expect(Object.keys(await text.readSigned()).sort()).toEqual(['cardKey', 'digests', 'issuerCertificate'])
    expect(sent().every((command) => !/^00B08[12]/.test(command))).toBe(true)
  })

  test('without a purpose nothing is sent', async () => {
    const { text, card } = await opened({}, 'pin')
    const before = card.exchanges
    for (const options of [undefined, {}, { purpose: 'curiosity' }]) {
      await expect(text.readIndividualNumber(options as never)).rejects.toThrow(TypeError)
      if (options !== undefined) await expect(text.readSigned({ number: options as never })).rejects.toThrow(TypeError)
    }
    expect(card.exchanges).toBe(before)
  })
})

describe('access', () => {
  const files = {
    individualNumber: (text: TextApplication) => text.readIndividualNumber(purpose),
    attributes: (text: TextApplication) => text.readAttributes(),
    digests: (text: TextApplication) => text.readDigests(),
    issuerCertificate: (text: TextApplication) => text.readIssuerCertificate(),
    information: (text: TextApplication) => text.readInformation(),
    sessionKey: (text: TextApplication) => text.readSessionKey(),
    cardKey: (text: TextApplication) => text.readCardKey(),
  } satisfies Record<keyof typeof textAccess, unknown>
  const names = { pin: '券面事項入力補助用暗証番号', 'code-a': '照合番号A', 'code-b': '照合番号B' }

  test.each([undefined, 'pin', 'code-a', 'code-b'] as const)(
    'after %s the table is what the card does',
    async (pin) => {
      const { text } = await opened({}, pin)
      for (const [file, read] of Object.entries(files)) {
        const opens = textAccess[file as keyof typeof files]
        if (opens.length === 0 || (pin !== undefined && opens.includes(pin))) {
          await read(text)
          continue
        }
        const error = await thrown<StatusWordError>(() => read(text))
        expect(error).toMatchObject({ code: 'ERR_SECURITY_STATUS', sw: 0x6982 })
        for (const one of ['pin', 'code-a', 'code-b'] as const) {
          expect(error.message.includes(names[one]), `${file} ${one}`).toBe(opens.includes(one))
        }
      }
    },
  )

  test.each(['pin', 'code-a', 'code-b'] as const)('%s left verified by another program opens nothing', async (pin) => {
    const { card, transport, connection: other } = await bench()
    await other.transmit(Buffer.from('00A4040C0AD3921000310001010408', 'hex'))
    const value = { pin: '1234', 'code-a': number, 'code-b': codeOnCard(await identity()) }[pin]
    const p2 = { pin: '91', 'code-a': '94', 'code-b': '95' }[pin]
    const data = asciiBytes(value)
    await other.transmit(Buffer.from(`002000${p2}${toHex(Uint8Array.of(data.length))}${toHex(data)}`, 'hex'))
    const stateOf = { pin: 'text', 'code-a': 'text-code-a', 'code-b': 'text-code-b' } as const
    expect(card.verified(stateOf[pin])).toBe(true)
    await other.close('leave')
    await using session = new CardSession(await transport.connect(other.reader))
    const text = await TextApplication.open(session)
    for (const [file, read] of Object.entries(files)) {
      if (textAccess[file as keyof typeof files].length === 0) await read(text)
      else expect((await thrown<StatusWordError>(() => read(text))).code, file).toBe('ERR_SECURITY_STATUS')
    }
    expect((await thrown<StatusWordError>(() => text.startSecureMessaging())).code).toBe('ERR_SECURITY_STATUS')
    expect(card.verified(stateOf[pin])).toBe(false)
  })
})

describe('PINs', () => {
  test.each(['pin', 'code-a', 'code-b'] as const)('%s goes through the guard', async (pin) => {
    const { text, card, sent } = await opened()
    const name = { pin: 'text', 'code-a': 'text-code-a', 'code-b': 'text-code-b' } as const
    const full = pin === 'pin' ? 3 : 10
    expect(await text.pinStatus(pin)).toEqual({ state: 'usable', triesLeft: full })
    card.clearLog()
    const wrong = Pin.fromText('0'.repeat({ pin: 4, 'code-a': 12, 'code-b': 14 }[pin]))
    const error = await thrown<PinError>(() => text.verifyPin(pin, wrong))
    expect(error).toMatchObject({ code: 'ERR_PIN_REJECTED', pin: name[pin], triesLeft: full - 1 })
    expect(verifies(sent())).toBe(1)
    const short = await thrown<PinError>(() => text.verifyPin(pin, Pin.fromText('123')))
    expect(short.code).toBe('ERR_PIN_FORMAT')
    expect(card.triesLeft(name[pin])).toBe(full - 1)
    await text.verifyPin(pin, await codeFor(pin))
    expect(card.triesLeft(name[pin])).toBe(full)
  })

  test('the last try of code B is kept', async () => {
    const { text, card } = await opened({ triesLeft: { 'text-code-b': 1 } })
    const error = await thrown<PinError>(async () => text.verifyPin('code-b', await codeFor('code-b')))
    expect(error).toMatchObject({ code: 'ERR_PIN_GUARDED', triesLeft: 1 })
    await text.verifyPin('code-b', await codeFor('code-b'), { lastTry: spendTheLastTry })
    expect(card.triesLeft('text-code-b')).toBe(10)
  })

  test('the PIN can be changed', async () => {
    const { text } = await opened()
    await text.changePin({ current: Pin.fromText('1234'), next: Pin.fromText('5678') })
    expect((await thrown<PinError>(() => text.verifyPin('pin', Pin.fromText('1234')))).code).toBe('ERR_PIN_REJECTED')
    await text.verifyPin('pin', Pin.fromText('5678'))
  })
})

describe('wrong content', () => {
  const checked = async (text: TextApplication): Promise<void> => {
    await text.readAttributes()
    const read = await text.readIndividualNumber(purpose)
    read.wipe()
    const files = await text.readSigned({ number: purpose, attributes: true })
    checkDigests(decodeDigests(files.digests), files)
    decodeTextCardKey(files.cardKey)
  }

  test.each<[ContentFault, string, number]>([
    ['text-number-of-other-card', 'ERR_CARD_DATA', 8],
    ['text-number-check-digit', 'ERR_CARD_DATA', 14],
    ['text-attributes-of-other-card', 'ERR_CARD_DATA', 43],
    ['text-attributes-offsets', 'ERR_CARD_DATA', 6],
    ['text-digests-of-other-card', 'ERR_CARD_DATA', 8],
    ['text-digest-wrong', 'ERR_CARD_DATA', 8],
  ])('%s is a coded error at its place', async (fault, code, offset) => {
    for (const extendedLength of [true, false]) {
      const { text } = await opened({ contentFaults: [fault], capabilities: { extendedLength } }, 'pin')
      expect(await thrown(() => checked(text))).toMatchObject({ code, offset })
    }
  })

  test('a file that ends too early', async () => {
    const { text } = await opened({ contentFaults: ['text-attributes-cut'] }, 'pin')
    const error = await thrown<Error & { offset: number }>(() => checked(text))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA' })
    expect(error.message).toMatch(/ends before/)
    expect(error.offset).toBeGreaterThan(20)
  })

  test('an address that claims more than there is', async () => {
    const { holder } = await identity()
    const name = Buffer.byteLength(holder.name)
    const overrun = await opened({ contentFaults: ['text-attributes-overrun'] }, 'pin')
    expect(await thrown(() => checked(overrun.text))).toMatchObject({ code: 'ERR_TLV', offset: 14 + 3 + name + 3 })
  })

  test('a name that is not UTF-8, or a wrong offset, costs no other attribute', async () => {
    const { holder } = await identity()
    const { name, address, birthDate } = holder
    const broken = await opened({ contentFaults: ['text-attributes-not-utf8'] }, 'pin')
    expect(await broken.text.readAttributes()).toEqual({
      name: undefined,
      address,
      birthDate,
      sex: 'female',
      further: [],
      problems: [{ field: 'name', problem: 'not-utf8', masked: `${Buffer.byteLength(name) + 2} bytes` }],
    })
    const { attributes } = await broken.text.readSigned({ attributes: true })
    const error = await thrown(() => requireAttributes(attributes!))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset: 14 + 3 + Buffer.byteLength(name) })
    const moved = await opened({ contentFaults: ['text-attributes-offsets'] }, 'pin')
    expect(await moved.text.readAttributes()).toMatchObject({
      name,
      address,
      birthDate,
      sex: 'female',
      problems: [{ field: 'offsets', problem: 'offsets-do-not-fit', masked: '8 bytes' }],
    })
  })

  test('what only signatures reveal is read without an error: it is not checked here', async () => {
    for (const fault of ['text-signature-of-other-card', 'text-certificate-forged', 'text-key-copied'] as const) {
      const { text } = await opened({ contentFaults: [fault] }, 'pin')
      await checked(text)
    }
  })
})

describe('nothing personal', () => {
  test('is in an error or in what an observer of the session hears', async () => {
    const heard: unknown[] = []
    const { session } = await bench()
    const open = await session({ onExchange: (event) => heard.push(event) })
    const text = await TextApplication.open(open)
    await text.verifyPin('code-a', await codeFor('code-a'))
    await text.readIndividualNumber(purpose)
    await open.close()
    expect(JSON.stringify(heard)).not.toContain(number)
    expect(JSON.stringify(heard)).not.toContain(createHash('sha256').update(number).digest('hex'))
  })

  test('the bytes of the number are wiped, also after an error', async () => {
    for (const contentFaults of [[], ['text-number-check-digit']] as ContentFault[][]) {
      const { connection, session } = await bench({ contentFaults })
      const responses: Uint8Array[] = []
      const transmit = connection.transmit.bind(connection)
      connection.transmit = async (command: Uint8Array) => {
        const response = await transmit(command)
        responses.push(response)
        return response
      }
      const text = await TextApplication.open(await session())
      await text.verifyPin('pin', await codeFor('pin'))
      await text.readIndividualNumber(purpose).catch(() => undefined)
      expect(responses.some((bytes) => bytes.length === 19)).toBe(true)
      for (const bytes of responses) expect(Buffer.from(bytes).includes('12345678')).toBe(false)
    }
  })
})
