import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CardSession, Pin } from '../../src/card/index.ts'
import {
  IndividualNumber,
  TextApplication,
  VisualApplication,
  verificationCodeA,
  verificationCodeB,
  verifyAuthenticity,
} from '../../src/card-face/index.ts'
import { formatRoots, parseRoots } from '../../src/cli/applications/roots.ts'
import {
  createVirtualCard,
  type Identity,
  type VirtualCard,
  type VirtualCardOptions,
} from '../../src/emulator/index.ts'
import { CardManager, CommonApplication } from '../../src/identify/index.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import { JukiApplication } from '../../src/juki/index.ts'
import { IssuanceApplication } from '../../src/municipal/application/application.ts'
import { loadProfile } from '../../src/municipal/application/load-profile.ts'
import type { CardTransport } from '../../src/transport/index.ts'
import { bindingNames, openPcsc } from '../../src/transport/pcsc/index.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { commandLine, run, Slot } from '../support/slot.ts'
import { identity } from '../support/virtual.ts'

// Run with: node scripts/with-pcscd.mjs node node_modules/vitest/vitest.mjs run --project pcsc test/pcsc/applications.test.ts

const profiles = fileURLToPath(new URL('../../examples/profiles/', import.meta.url))
const number = '123456789018'
const slot = new Slot()
let pcscd: Pcscd
let person: Identity
let folder: string

beforeAll(async () => {
  pcscd = await startPcscd()
  person = await identity()
  folder = mkdtempSync(join(tmpdir(), 'jpki-card-'))
})

afterAll(async () => {
  await slot.remove()
  await pcscd.stop()
  rmSync(folder, { recursive: true })
})

async function inserted(options: VirtualCardOptions = {}): Promise<VirtualCard> {
  const card = await createVirtualCard({ identity: person, ...options })
  await slot.insert(card)
  return card
}

const codeB = (): Pin => {
  const { holder, cardExpiry, securityCode } = person
  return verificationCodeB({ birthDate: holder.birthDate, cardExpiry, securityCode })
}
const codeA = (): Pin => {
  using digits = IndividualNumber.fromText(number, { purpose: 'holder' })
  return verificationCodeA(digits)
}
const roots = () => parseRoots(formatRoots(person))

const capabilities: readonly (readonly [string, NonNullable<VirtualCardOptions['capabilities']>])[] = [
  ['every capability', {}],
  ['short lengths only', { extendedLength: false }],
  ['no capability at all', { shortFileId: false, extendedLength: false, directReference: false }],
]

describe.each(bindingNames)('through pcscd with %s', (binding) => {
  let transport: CardTransport | undefined
  let session: CardSession | undefined

  afterEach(async () => {
    const report = await session?.close()
    await transport?.close()
    session = transport = undefined
    expect(report?.cleared ?? true).toBe(true)
  })

  async function opened(options: VirtualCardOptions = {}): Promise<{ card: VirtualCard; session: CardSession }> {
    const card = await inserted(options)
    transport = await openPcsc({ binding })
    const reader = await transport.waitForCard({ timeoutMs: 5000 })
    session = new CardSession(await transport.connect(reader.name))
    return { card, session }
  }

  describe.each(capabilities)('a My Number card with %s', (_, one) => {
    test('Juki application: counter, wrong and right PIN, change, files by number', async () => {
      const { card, session } = await opened({ capabilities: one })
      const juki = await JukiApplication.open(session)
      expect(await juki.pinStatus()).toEqual({ state: 'usable', triesLeft: 3 })
      await expect(juki.verifyPin(Pin.fromText('0000'))).rejects.toMatchObject({
        code: 'ERR_PIN_REJECTED',
        triesLeft: 2,
      })
      await juki.changePin({ current: Pin.fromText('1234'), next: Pin.fromText('4649') })
      await juki.verifyPin(Pin.fromText('4649'))
      expect(await juki.readFile(0x0001, { maxBytes: 64 })).toHaveLength(64)
      expect((await juki.readRecord(0x0003, 2)).length).toBeGreaterThan(0)
      expect([card.triesLeft('juki'), card.triesLeft('common')]).toEqual([3, 3])
    })

    test('text application: attributes, number, signed files, secure messaging', async () => {
      const { card, session } = await opened({ capabilities: one, commandChaining: true })
      const text = await TextApplication.open(session)
      await text.verifyPin('pin', Pin.fromText('1234'))
      const { name, address, birthDate } = person.holder
      expect(await text.readAttributes()).toEqual({
        name,
        address,
        birthDate,
        sex: 'female',
        further: [],
        problems: [],
      })
      using read = await text.readIndividualNumber({ purpose: 'holder' })
      expect(read.reveal()).toBe(number)
      const before = card.log.length
      await text.startSecureMessaging()
      await text.verifyPin('code-a', codeA())
      using again = await text.readIndividualNumber({ purpose: 'holder' })
      expect(again.reveal()).toBe(number)
      const passed = card.log.slice(before).map(({ command, response }) => Buffer.concat([command, response]))
      expect(Buffer.concat(passed).includes(number)).toBe(false)
    })

    test('visual application: birth record, card face, number image', async () => {
      const { session } = await opened({ capabilities: one, cardFace: 'large' })
      const visual = await VisualApplication.open(session)
      await visual.verifyPin('birth-date', Pin.fromText('020217'))
      expect((await visual.readBirthRecord()).birthDate).toBe(person.holder.birthDate)
      await visual.verifyPin('code-b', codeB())
      const face = await visual.readCardFace()
      expect(face.record.length).toBeGreaterThan(19_000)
      expect([face.photo!.format, face.unsigned.expiry]).toEqual(['jp2', person.cardExpiry])
      await visual.verifyPin('code-a', codeA())
      expect((await visual.readNumberImage()).image!.format).toBe('png')
    })

    test('authenticity of both applications in one call', async () => {
      const { session } = await opened({ capabilities: one })
      const report = await verifyAuthenticity(session, {
        roots: roots(),
        hierarchies: ['virtual'],
        cardExpiry: true,
        text: { attributes: true, number: { purpose: 'holder' }, unlock: { pin: 'pin', value: Pin.fromText('1234') } },
        visual: { records: ['card-face', 'number-image'], unlock: { pin: 'code-a', value: codeA() } },
      })
      expect([report.ok, report.failure]).toEqual([true, undefined])
      const other = report.checks.filter(({ result }) => result !== 'passed').map(({ of }) => of)
      expect(other).toEqual(['birth-record'])
    })

    test('common application and card manager belong to the same card', async () => {
      const { session } = await opened({ capabilities: one })
      const { serialNumber, municipalityCode, cardExpiry: expiry } = person
      const common = await CommonApplication.open(session)
      expect(await common.readCardRecord()).toEqual({ serialNumber, municipalityCode, expiry })
      const manager = await CardManager.open(session)
      expect([await manager.readMunicipalityCode(), await manager.readExpiry()]).toEqual([municipalityCode, expiry])
      expect(await manager.readContactAtr()).toHaveLength(18)
      if (one.extendedLength !== false) expect(await manager.readCertificates()).toHaveLength(2)
    })

    test('municipal application of the free area', async () => {
      const { session } = await opened({ capabilities: one, issuance: { userId: '4000127', obfuscation: 2 } })
      const profile = loadProfile(readFileSync(join(profiles, 'free-area-example.json'), 'utf8'))
      const record = await (await IssuanceApplication.open(session, profile)).read()
      expect([record.userId.reveal(), record.municipalityCode]).toEqual(['000000000004000127', '99999'])
    })
  })

  test('an iPhone that has verified its holder signs once without a PIN, and is powered down', async () => {
    const { card, session } = await opened({ kind: 'phone-iphone' })
    const jpki = await JpkiApplication.open(session)
    await jpki.authenticate(Uint8Array.of(1), 'device')
    expect(card.verified('auth')).toBe(false)
    await expect(jpki.authenticate(Uint8Array.of(1), 'device')).rejects.toMatchObject({ code: 'ERR_USER_NOT_VERIFIED' })
    await session.close()
    card.verifyHolder()
    const { code, stdout } = await run(process.execPath, [commandLine, 'auth', '--challenge', '01', '--json'])
    expect([code, JSON.parse(stdout).ok]).toEqual([0, true])
    expect(card.log.filter(({ command }) => command[1] === 0x20 && command.length > 5)).toEqual([])
  })

  test('a copy of the files on another chip is not authentic', async () => {
    const { session } = await opened({ contentFaults: ['visual-key-copied'] })
    const unlock = { pin: 'code-b', value: codeB() } as const
    const report = await verifyAuthenticity(session, {
      roots: roots(),
      hierarchies: ['virtual'],
      visual: { records: ['card-face'], unlock },
    })
    expect([report.ok, report.failure?.check]).toEqual([false, 'challenge'])
  })

  describe.each(capabilities)('a Juki card with %s', (_, one) => {
    test('Juki application and municipal application', async () => {
      const { card, session } = await opened({ kind: 'juki', capabilities: one })
      const juki = await JukiApplication.open(session)
      await juki.changePin({ current: Pin.fromText('1234'), next: Pin.fromText('4649') })
      await juki.verifyPin(Pin.fromText('4649'))
      const profile = loadProfile(readFileSync(join(profiles, 'juki-example.json'), 'utf8'))
      const issuance = await IssuanceApplication.open(session, profile)
      expect(await issuance.pinStatus()).toEqual({ state: 'usable', triesLeft: 3 })
      await issuance.verifyPin(Pin.fromText('1234'))
      expect((await issuance.read()).userId.reveal()).toBe('200308250000170')
      expect(card.verified('juki')).toBe(false)
    })

    test('has neither text nor common application', async () => {
      const { session } = await opened({ kind: 'juki', capabilities: one })
      const absent = { code: 'ERR_APPLICATION_NOT_FOUND' }
      await expect(TextApplication.open(session)).rejects.toMatchObject(absent)
      await expect(CommonApplication.open(session)).rejects.toMatchObject(absent)
      await expect(CardManager.open(session)).rejects.toMatchObject(absent)
    })
  })

  describe('the command line', () => {
    const lines = (): string => `${person.holder.birthDate}\n${person.cardExpiry.slice(0, 4)}\n${person.securityCode}\n`

    async function cli(line: string, input = '') {
      const pin = input === '' ? [] : ['--pin-stdin']
      const args = [commandLine, ...line.split(' '), ...pin, '--json', '--binding', binding]
      const { code, stdout, stderr } = await run(process.execPath, args, { input })
      expect(stdout.trim().split('\n'), stderr).toHaveLength(1)
      return { code, json: JSON.parse(stdout) }
    }

    test('reads and verifies the text application', async () => {
      const card = await inserted()
      const file = join(folder, 'roots.json')
      writeFileSync(file, formatRoots(person))
      const attributes = await cli('text attributes', '1234\n')
      expect([attributes.code, attributes.json.name]).toEqual([0, person.holder.name])
      expect(attributes.json.exchanges).toBe(5)
      expect((await cli('text attributes --code-b', lines())).json.address).toBe(person.holder.address)
      expect((await cli('text number --purpose holder', '1234\n')).json).not.toHaveProperty('number')
      expect((await cli('text number --purpose holder --reveal', '1234\n')).json.number).toBe(number)
      const verified = await cli(`text verify --roots ${file} --purpose holder`, '1234\n')
      expect([verified.code, verified.json.authentic]).toEqual([0, true])
      const refused = await cli('text verify --roots known', '1234\n')
      expect([refused.code, refused.json.error.code]).toEqual([1, 'ERR_AUTHENTICITY'])
      expect([card.triesLeft('text'), card.verified('text')]).toEqual([3, false])
    })

    test('reads and verifies the card face, its photo as PNG', async () => {
      await inserted({ cardFace: 'large' })
      const file = join(folder, 'roots.json')
      writeFileSync(file, formatRoots(person))
      const shown = await cli('visual show', lines())
      expect([shown.code, shown.json.birthDate, shown.json.exchanges]).toEqual([0, person.holder.birthDate, 5])
      const verified = await cli(`visual verify --roots ${file} --with code-a --png --out ${folder}`, `${number}\n`)
      expect([verified.code, verified.json.images.length]).toEqual([0, 5])
      const png = Buffer.from('89504E470D0A1A0A', 'hex')
      for (const { out } of verified.json.images) expect(readFileSync(out).subarray(0, 8)).toEqual(png)
      const photo = await cli(`visual photo --out ${join(folder, 'photo')} --png`, lines())
      expect([photo.code, photo.json.format]).toEqual([0, 'png'])
    })

    test('shows the card, its PINs and services, and changes a PIN', async () => {
      const card = await inserted()
      const info = await cli('card info')
      expect([info.code, info.json.record.expiry, info.json.sameCard]).toEqual([0, person.cardExpiry, true])
      expect((await cli('pin status')).json.pins).toHaveLength(10)
      const services = await cli('services --channel counter')
      expect(services.json.services.map(({ method }: { method: string }) => method)).toEqual([
        'register-pin',
        'attributes',
      ])
      expect((await cli('pin change --pin juki', '1234\n4649\n')).code).toBe(0)
      expect((await cli('juki status')).json.pins).toEqual([{ id: 'juki', state: 'usable', triesLeft: 3, triesMax: 3 }])
      expect((await cli('pin change --pin juki', '1234\n4649\n')).json.error).toMatchObject({
        pin: 'juki',
        triesLeft: 2,
      })
      expect(card.triesLeft('juki')).toBe(2)
    })

    test('reads the municipal application of a Juki card', async () => {
      const card = await inserted({ kind: 'juki' })
      const { code, json } = await cli(`issuance read --profile ${join(profiles, 'juki-example.json')}`, '1234\n')
      expect([code, json.userId, json.pinCheckedBy]).toEqual([0, '200308250000170', 'card'])
      expect([json.exchanges, card.verified('issuance')]).toEqual([card.exchanges, false])
    })
  })
})
