import { describe, expect, test } from 'vitest'
import { Pin } from '../../../src/card/index.ts'
import { VisualApplication, type VisualPin, visualAccess, visualPins } from '../../../src/card-face/index.ts'
import { requireCardFace } from '../../../src/card-face/visual/card-face.ts'
import type { DecodeError, PinError, StatusWordError } from '../../../src/errors.ts'
import { thrown } from '../../support/vectors.ts'
import { bench, identity, verifies } from '../../support/virtual.ts'
import { codeA, codeB, individualNumber } from '../authenticity/card.ts'

const birthDate = () => Pin.fromText('020217')
const pins: Record<VisualPin, () => Promise<Pin>> = {
  'birth-date': async () => birthDate(),
  'code-a': async () => codeA(),
  'code-b': async () => codeB(await identity()),
}

describe('reading', () => {
  test('the card face after 照合番号B', async () => {
    const person = await identity()
    await using open = await (await bench()).session()
    const visual = await VisualApplication.open(open)
    await visual.verifyPin('code-b', codeB(person))
    const face = await visual.readCardFace()
    expect(face).toMatchObject({ birthDate: '1990-02-17', sex: 'female', unsigned: { expiry: person.cardExpiry } })
    expect(face.nameImage).toMatchObject({ format: 'png', width: 320, height: 40 })
    expect(face.addressImage).toMatchObject({ format: 'png', width: 320, height: 80 })
    expect(face.unsigned.securityCodeImage).toMatchObject({ format: 'png', width: 24, height: 12 })
    expect(face.photo).toMatchObject({ format: 'jp2', width: 240 })
    expect([...face.photo!.bytes.subarray(4, 8)]).toEqual([0x6a, 0x50, 0x20, 0x20])
    expect(face.signature).toHaveLength(256)
    expect(face.signed).toHaveLength(96)
    expect(face.record.subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0x20))
  })

  test('the birth record after the birth date, and its key is that of the card face', async () => {
    await using open = await (await bench()).session()
    const visual = await VisualApplication.open(open)
    await visual.verifyPin('birth-date', birthDate())
    const record = await visual.readBirthRecord()
    expect(record.birthDate).toBe('1990-02-17')
    expect(record.record).toHaveLength(547)
    await visual.verifyPin('code-a', codeA())
    expect((await visual.readCardFace()).cardKey).toEqual(record.cardKey)
    const number = await visual.readNumberImage()
    expect(number.cardKey).toEqual(record.cardKey)
    expect(number.image).toMatchObject({ format: 'png', width: 72, height: 12 })
  })

  test('basic information and the certificate of the issuer without a PIN', async () => {
    const person = await identity()
    const { session, sent } = await bench()
    await using open = await session()
    const visual = await VisualApplication.open(open)
    const information = await visual.readInformation()
    expect(information).toMatchObject({ version: 1, municipalityCode: person.municipalityCode })
    expect(information.specification).toEqual(Uint8Array.of(6, 3, 0x0e, 1))
    expect(information.opaque).toHaveLength(272)
    const certificate = await visual.readIssuerCertificate()
    expect(certificate.bytes).toEqual(person.cvc.visual.certificate)
    expect(certificate.issuerKeyId).toEqual(person.cvc.visual.root.keyId)
    expect(certificate.subjectKeyId).toEqual(person.cvc.visual.issuer.keyId)
    expect(sent().some((command) => command.startsWith('0020'))).toBe(false)
  })

  test('each PIN opens what the table says and nothing else', async () => {
    const files = Object.keys(visualAccess) as (keyof typeof visualAccess)[]
    for (const pin of ['birth-date', 'code-a', 'code-b'] as const) {
      await using open = await (await bench()).session()
      const visual = await VisualApplication.open(open)
      await visual.verifyPin(pin, await pins[pin]())
      for (const file of files) {
        const opens = visualAccess[file]
        const read = visual.readRecord(file).then(
          (bytes) => bytes.length > 0,
          (error: StatusWordError) => error.code,
        )
        // What another PIN opens clears the state, so each is verified again.
        expect(await read, `${pin} ${file}`).toBe(
          opens.length === 0 || opens.includes(pin) ? true : 'ERR_SECURITY_STATUS',
        )
        if (!open.hasVerified(visualPins[pin])) await visual.verifyPin(pin, await pins[pin]())
      }
    }
  })

  test('a PIN another program left verified opens nothing', async () => {
    const { connection, session } = await bench()
    for (const command of [
      '00A4040C0AD3921000310001010402',
      `002000930C${Buffer.from(individualNumber).toString('hex')}`,
    ]) {
      await connection.transmit(Buffer.from(command, 'hex'))
    }
    expect((await connection.transmit(Buffer.from('00B0820004', 'hex'))).subarray(-2)).toEqual(Uint8Array.of(0x90, 0))
    await using open = await session()
    const visual = await VisualApplication.open(open)
    const error = await thrown<StatusWordError>(() => visual.readCardFace())
    expect(error.code).toBe('ERR_SECURITY_STATUS')
    expect(await visual.pinStatus('code-a')).toEqual({ state: 'usable', triesLeft: 10 })
  })

  test('works again after another application was used in between', async () => {
    await using open = await (await bench()).session()
    const visual = await VisualApplication.open(open)
    await visual.verifyPin('code-a', codeA())
    await open.clear()
    expect((await thrown<StatusWordError>(() => visual.readCardFace())).code).toBe('ERR_SECURITY_STATUS')
    await visual.verifyPin('code-a', codeA())
    expect((await visual.readCardFace()).birthDate).toBe('1990-02-17')
  })
})

describe('PINs', () => {
  test('have ten tries each, counted by themselves', async () => {
    await using open = await (await bench()).session()
    const visual = await VisualApplication.open(open)
    const error = await thrown<PinError>(() => visual.verifyPin('code-b', Pin.fromText('00000000000000')))
    expect(error).toMatchObject({ code: 'ERR_PIN_REJECTED', pin: 'visual-code-b', triesLeft: 9 })
    for (const pin of ['birth-date', 'code-a'] as const) {
      expect(await visual.pinStatus(pin)).toEqual({ state: 'usable', triesLeft: 10 })
    }
  })

  test('of another form cost no try', async () => {
    const { session, sent } = await bench()
    await using open = await session()
    const visual = await VisualApplication.open(open)
    for (const [pin, digits] of [
      ['birth-date', '900217X'],
      ['code-a', '12345678901'],
      ['code-b', '0202172035001'],
    ] as const) {
      expect((await thrown<PinError>(() => visual.verifyPin(pin, Pin.fromText(digits)))).code).toBe('ERR_PIN_FORMAT')
    }
    expect(verifies(sent())).toBe(0)
  })

  test('the last try is kept', async () => {
    await using open = await (await bench({ triesLeft: { 'visual-birth': 1 } })).session()
    const visual = await VisualApplication.open(open)
    const error = await thrown<PinError>(() => visual.verifyPin('birth-date', birthDate()))
    expect(error).toMatchObject({ code: 'ERR_PIN_GUARDED', triesLeft: 1 })
  })
})

describe('a challenge', () => {
  test('is signed without a PIN', async () => {
    await using open = await (await bench()).session()
    const visual = await VisualApplication.open(open)
    expect(await visual.signChallenge(new Uint8Array(32))).toHaveLength(256)
    expect((await thrown(() => visual.signChallenge(new Uint8Array()))).name).toBe('RangeError')
  })
})

describe('a Juki card', () => {
  test('has the application and no file that is known', async () => {
    await using open = await (await bench({ kind: 'juki' })).session()
    const visual = await VisualApplication.open(open)
    const calls: (() => Promise<unknown>)[] = [
      () => visual.readCardFace(),
      () => visual.readBirthRecord(),
      () => visual.readNumberImage(),
      () => visual.readInformation(),
      () => visual.readIssuerCertificate(),
      () => visual.pinStatus('code-b'),
      () => visual.verifyPin('code-a', codeA()),
      () => visual.signChallenge(new Uint8Array(32)),
    ]
    for (const call of calls) expect((await thrown<StatusWordError>(call)).code).toBe('ERR_FILE_NOT_FOUND')
  })

  test('a phone has not even the application', async () => {
    await using open = await (await bench({ kind: 'phone-android' })).session()
    const error = await thrown<StatusWordError>(() => VisualApplication.open(open))
    expect(error.code).toBe('ERR_APPLICATION_NOT_FOUND')
  })
})

describe('exchanges for a card face with 照合番号B, the closing clear included', () => {
  const count = async (options: Parameters<typeof bench>[0], large = true): Promise<[number, number]> => {
    const person = await identity()
    const { session, card } = await bench({ ...options, cardFace: large ? 'large' : 'small' })
    const open = await session()
    const visual = await VisualApplication.open(open)
    await visual.verifyPin('code-b', codeB(person))
    const { record } = await visual.readCardFace()
    expect(await open.close()).toMatchObject({ cleared: true, by: 'select' })
    expect(card.exchanges).toBe(open.exchanges)
    return [open.exchanges, Math.ceil(record.length / 256)]
  }

  test('are 5 on a card that takes everything, however long the face', async () => {
    expect((await count({}))[0]).toBe(5)
    expect((await count({}, false))[0]).toBe(5)
  })

  test.each(['contact', 'contactless'] as const)(
    'are a block each and at most 5 more on a short one, %s',
    async (side) => {
      const [exchanges, blocks] = await count({ capabilities: { extendedLength: false }, interface: side })
      expect(blocks).toBeGreaterThan(60)
      expect(exchanges).toBeLessThanOrEqual(blocks + 5)
    },
  )

  test('hold with chained answers and without short identifiers', async () => {
    const plain = { shortFileId: false, extendedLength: false, directReference: false }
    const [exchanges, blocks] = await count({ capabilities: plain })
    expect(exchanges).toBeLessThanOrEqual(blocks + 9)
    expect((await count({ chainedResponses: true, endOfFileWarning: true }))[0]).toBe(5)
  })
})

test('a card face that is cut is a coded error at its place', async () => {
  await using open = await (await bench({ contentFaults: ['visual-face-cut'] })).session()
  const visual = await VisualApplication.open(open)
  await visual.verifyPin('code-a', codeA())
  const error = await thrown<DecodeError>(() => visual.readCardFace())
  expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset: 807 })
})

test('a wrong offset costs no field, and is found at its place where the record must be whole', async () => {
  await using open = await (await bench({ contentFaults: ['visual-face-offsets'] })).session()
  const visual = await VisualApplication.open(open)
  await visual.verifyPin('code-a', codeA())
  const face = await visual.readCardFace()
  expect(face.problems).toEqual([{ field: 'offsets', problem: 'offsets-do-not-fit', masked: '18 bytes' }])
  expect(face).toMatchObject({ birthDate: '1990-02-17', sex: 'female', photo: { format: 'jp2' } })
  expect(await thrown(() => requireCardFace(face.record))).toMatchObject({ code: 'ERR_CARD_DATA', offset: 8 })
})
