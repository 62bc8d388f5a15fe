import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { CardSession, Pin } from '../../src/card/index.ts'
import { IndividualNumber, TextApplication, VisualApplication, verificationCodeA } from '../../src/card-face/index.ts'
import { type Identity, type VirtualCardOptions, verificationCodeB } from '../../src/emulator/index.ts'
import { CardManager, CommonApplication, identifyCard } from '../../src/identify/index.ts'
import { JukiApplication } from '../../src/juki/index.ts'
import { IssuanceApplication } from '../../src/municipal/application/application.ts'
import { loadProfile } from '../../src/municipal/application/load-profile.ts'
import { formatTranscript, recordConnection } from '../../src/transcript/index.ts'
import { bench, identity } from '../support/virtual.ts'

const number = '123456789018'
const profile = (name: string) =>
  loadProfile(readFileSync(new URL(`../../examples/profiles/${name}.json`, import.meta.url), 'utf8'))

let person: Identity
beforeAll(async () => {
  person = await identity()
})

const hex = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('hex').toUpperCase()
/** BCD digits are their own hexadecimal text. */
const compact = (day: string): string => day.replaceAll('-', '')

/** What says something about the holder, or is a PIN, as it would stand in a transcript. */
function secretsOf({ holder, serialNumber, cardExpiry }: Identity): readonly string[] {
  return [
    hex(holder.name),
    hex(holder.address),
    hex(compact(holder.birthDate)),
    hex(number),
    hex(verificationCodeB(person)),
    hex(verificationCodeB(person).slice(0, 6)),
    hex(serialNumber),
    hex(compact(cardExpiry)),
    hex('1234'),
    // The user ids of the municipal applications, and the name beside one.
    hex('123456789012'),
    hex('20030825000017'),
    'B6BFB320CAC5BA',
  ]
}

/** Everything there is to read of a My Number card. */
async function readMyNumber(session: CardSession): Promise<readonly Uint8Array[]> {
  await identifyCard(session)
  const text = await TextApplication.open(session)
  await text.verifyPin('pin', Pin.fromText('1234'))
  await text.readAttributes()
  const read = await text.readIndividualNumber({ purpose: 'holder' })
  const { digests, cardKey } = await text.readSigned({ attributes: true, number: { purpose: 'holder' } })
  const visual = await VisualApplication.open(session)
  await visual.verifyPin('code-a', verificationCodeA(read))
  const face = await visual.readCardFace()
  const image = await visual.readNumberImage()
  await visual.verifyPin('birth-date', Pin.fromText(verificationCodeB(person).slice(0, 6)))
  await visual.readBirthRecord()
  await visual.signChallenge(new Uint8Array(32))
  const common = await CommonApplication.open(session)
  await common.readCardRecord()
  const manager = await CardManager.open(session)
  for (const part of ['readCardNumber', 'readExpiry', 'readMunicipalityCode', 'readContactAtr'] as const)
    await manager[part]()
  const juki = await JukiApplication.open(session)
  await juki.changePin({ current: Pin.fromText('1234'), next: Pin.fromText('9753') })
  await juki.verifyPin(Pin.fromText('9753'))
  await juki.readFile(0x0001, { maxBytes: 64 })
  const issuance = await IssuanceApplication.open(session, profile('free-area-example'))
  await issuance.read()
  return [
    digests.subarray(20, 60),
    cardKey.subarray(40, 80),
    face.photo!.bytes.subarray(0, 40),
    face.nameImage!.bytes.subarray(0, 40),
    face.unsigned.securityCodeImage!.bytes.subarray(0, 40),
    face.cardKey.modulus.subarray(0, 40),
    image.image!.bytes.subarray(0, 40),
  ]
}

async function readJuki(session: CardSession): Promise<readonly Uint8Array[]> {
  const issuance = await IssuanceApplication.open(session, profile('juki-example'))
  await issuance.verifyPin(Pin.fromText('1234'))
  await issuance.read()
  return []
}

const capabilities: readonly NonNullable<VirtualCardOptions['capabilities']>[] = [
  {},
  { shortFileId: false },
  { extendedLength: false },
  { directReference: false },
  { shortFileId: false, extendedLength: false, directReference: false },
]
const cards: readonly VirtualCardOptions[] = [
  ...capabilities.map((one) => ({ capabilities: one })),
  { chainedResponses: true, capabilities: { extendedLength: false } },
  { contactAtrUnder: 'applications' },
  { textAttributesPrefix: Uint8Array.of(0, 0) },
]

describe('a recorded session holds nothing of the holder', () => {
  test.each(cards)('on a My Number card with %j', async (options) => {
    const { connection } = await bench(options)
    const recording = recordConnection(connection)
    const session = new CardSession(recording)
    const read = await readMyNumber(session)
    await session.close()
    const text = formatTranscript(recording.transcript()).toUpperCase()
    for (const secret of [...secretsOf(person), hex('9753'), ...read.map(hex)]) expect(text).not.toContain(secret)
    expect(recording.transcript().exchanges.length).toBeGreaterThan(40)
  })

  test.each(capabilities)('on a Juki card with %j', async (one) => {
    const { connection } = await bench({ kind: 'juki', capabilities: one })
    const recording = recordConnection(connection)
    const session = new CardSession(recording)
    await readJuki(session)
    await session.close()
    const text = formatTranscript(recording.transcript()).toUpperCase()
    for (const secret of secretsOf(person)) expect(text).not.toContain(secret)
  })

  test('under secure messaging neither, code and session key included', async () => {
    const { connection } = await bench()
    const recording = recordConnection(connection)
    const session = new CardSession(recording)
    const text = await TextApplication.open(session)
    await text.verifyPin('pin', Pin.fromText('1234'))
    await text.startSecureMessaging()
    await text.verifyPin('code-a', verificationCodeA(IndividualNumber.fromText(number, { purpose: 'holder' })))
    await text.readIndividualNumber({ purpose: 'holder' })
    await text.readAttributes()
    await session.close()
    const { exchanges } = recording.transcript()
    for (const secret of secretsOf(person)) expect(JSON.stringify(exchanges)).not.toContain(secret)
    // Even what is encrypted: a holder of the key could read it.
    for (const { send, receive } of exchanges) {
      if (!send.startsWith('00'))
        expect([send, receive].join(' ')).toMatch(/^[0-9A-F]{10,14}(\.\.)+[0-9A-F]{0,4} (\.\.)*[0-9A-F]{4}$/)
    }
  })
})

test('PINs and codes stay masked when everything else is kept', async () => {
  const { connection } = await bench()
  const recording = recordConnection(connection, { keep: 'all-but-secrets' })
  const session = new CardSession(recording)
  await readMyNumber(session)
  await session.close()
  const { exchanges } = recording.transcript()
  // The rest is there: what the tests above look for would be found.
  const received = exchanges.map(({ receive }) => receive).join('\n')
  for (const text of [person.holder.name, person.serialNumber, number, '123456789012'])
    expect(received).toContain(hex(text))
  const sent = exchanges.map(({ send }) => send)
  for (const secret of ['1234', '9753', number, verificationCodeB(person).slice(0, 6)]) {
    expect(sent.filter((command) => command.includes(hex(secret)))).toEqual([])
  }
  const secret = sent.filter((command) => /^(0020|8032|0024)/.test(command) && command.length > 10)
  expect(secret.length).toBe(6)
  for (const command of secret) expect(command).toMatch(/^[0-9A-F]{10}(\.\.)+$/)
})

test('another application with the same files is not treated as JPKI', async () => {
  const { connection } = await bench()
  const recording = recordConnection(connection)
  const session = new CardSession(recording)
  // A selection by a shorter identifier finds JPKI, and what is read is masked all the same.
  await session.transmit({ name: 'SELECT', cla: 0, ins: 0xa4, p1: 4, p2: 0x0c, data: Buffer.from('D392F00026', 'hex') })
  const { data } = await session.transmit({ name: 'READ BINARY', cla: 0, ins: 0xb0, p1: 0x86, p2: 0, ne: 32 })
  expect(Buffer.from(concat(data)).toString()).toContain('JPKIAPICCTOKEN2')
  expect(recording.transcript().exchanges[1]!.receive).toBe(`${'..'.repeat(32)}9000`)
  await session.close()
})
