import { describe, expect, test } from 'vitest'
import { Pin } from '../../../src/card/index.ts'
import {
  type AuthenticityOptions,
  decodeAttributes,
  decodeCardFace,
  readTextEvidence,
  readVisualEvidence,
  TextApplication,
  VisualApplication,
  verifyAuthenticity,
  verifyEvidence,
} from '../../../src/card-face/index.ts'
import type { VirtualCardOptions } from '../../../src/emulator/index.ts'
import type { PinError, StatusWordError } from '../../../src/errors.ts'
import { thrown } from '../../support/vectors.ts'
import { bench, identity, verifies } from '../../support/virtual.ts'
import { codeA, codeB, failing, rootsOf } from './card.ts'

const trusted = async () => ({ roots: rootsOf(await identity()), hierarchies: ['virtual'] }) as const

/** Card face with 照合番号B, as a counter does it. */
async function faceOnly(): Promise<AuthenticityOptions> {
  return {
    ...(await trusted()),
    visual: { records: ['card-face'], unlock: { pin: 'code-b', value: codeB(await identity()) } },
  }
}

async function everything(): Promise<AuthenticityOptions> {
  return {
    ...(await trusted()),
    cardExpiry: true,
    text: {
      attributes: true,
      number: { purpose: 'holder' },
      unlock: { pin: 'pin', value: Pin.fromText('1234') },
    },
    visual: { records: ['card-face', 'number-image'], unlock: { pin: 'code-a', value: codeA() } },
  }
}

async function run(options: AuthenticityOptions, card: VirtualCardOptions = {}) {
  await using open = await (await bench(card)).session()
  return await verifyAuthenticity(open, options)
}

describe('a card', () => {
  test('with both applications is authentic, and what was read is in the report', async () => {
    const options = await everything()
    const report = await run(options)
    expect(report.ok).toBe(true)
    expect(failing(report)).toEqual(['record-signature birth-record: not-asked'])
    expect(decodeAttributes(report.evidence.text!.attributes!).name).toBe((await identity()).holder.name)
    expect(decodeCardFace(report.evidence.visual!.cardFace!).sex).toBe('female')
    expect(options.text!.unlock.value.length).toBe(0)
    expect(options.visual!.unlock.value.length).toBe(0)
  })

  test('with its face only is authentic in 7 exchanges, the closing clear included', async () => {
    const { session, card } = await bench({ cardFace: 'large' })
    const open = await session()
    const report = await verifyAuthenticity(open, await faceOnly())
    expect(report.ok).toBe(true)
    expect(await open.close()).toMatchObject({ cleared: true })
    expect(card.exchanges).toBe(7)
  })

  test('with 照合番号B opens the attributes in the text application, and no number', async () => {
    const value = codeB(await identity())
    const report = await run({ ...(await trusted()), text: { attributes: true, unlock: { pin: 'code-b', value } } })
    expect(report.ok).toBe(true)
    expect(report.evidence.text).not.toHaveProperty('individualNumber')
  })

  test('with every capability turned off is authentic', async () => {
    const capabilities = { shortFileId: false, extendedLength: false, directReference: false }
    expect((await run(await everything(), { capabilities })).ok).toBe(true)
  })

  test('gets another challenge each time', async () => {
    const answers = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const { evidence } = await run(await faceOnly())
      answers.add(Buffer.from(evidence.visual!.challengeSignature!).toString('hex'))
    }
    expect(answers.size).toBe(3)
  })

  test('is refused for its faults, a copy on another chip among them', async () => {
    const copy = await run(await faceOnly(), { contentFaults: ['visual-key-copied'] })
    expect(copy.failure).toMatchObject({ check: 'challenge', of: 'visual', reason: 'wrong-signature' })
    const late = await run(await everything(), { contentFaults: ['visual-expiry-changed'] })
    expect(late.failure).toMatchObject({ check: 'same-expiry', reason: 'differs' })
    const other = await run(await everything(), { contentFaults: ['visual-face-of-other-card'] })
    expect(other.failure).toMatchObject({ check: 'same-card-key', reason: 'differs' })
  })

  test('whose file ends in the middle is a coded error', async () => {
    const error = await thrown(async () => run(await faceOnly(), { contentFaults: ['visual-face-cut'] }))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset: 807 })
  })

  test('of another kind is reported by a coded error', async () => {
    const juki = await thrown<StatusWordError>(async () => run(await faceOnly(), { kind: 'juki' }))
    expect(juki.code).toBe('ERR_FILE_NOT_FOUND')
    const phone = await thrown<StatusWordError>(async () => run(await everything(), { kind: 'phone-android' }))
    expect(phone.code).toBe('ERR_APPLICATION_NOT_FOUND')
  })
})

describe('PINs', () => {
  test('a wrong one ends it, costs one try, and all are wiped', async () => {
    const { session, sent } = await bench()
    await using open = await session()
    const options = { ...(await everything()) }
    const text = { ...options.text!, unlock: { pin: 'pin', value: Pin.fromText('9999') } } as const
    const error = await thrown<PinError>(() => verifyAuthenticity(open, { ...options, text }))
    expect(error).toMatchObject({ code: 'ERR_PIN_REJECTED', triesLeft: 2 })
    expect(verifies(sent())).toBe(1)
    expect([text.unlock.value.length, options.visual!.unlock.value.length]).toEqual([0, 0])
  })

  test('the guard can be set to keep more', async () => {
    const visual = {
      records: ['card-face'],
      unlock: { pin: 'code-b', value: codeB(await identity()), keepTries: 5 },
    } as const
    const card = { triesLeft: { 'visual-code-b': 4 } }
    const error = await thrown<PinError>(async () => run({ ...(await trusted()), visual }, card))
    expect(error).toMatchObject({ code: 'ERR_PIN_GUARDED', triesLeft: 4 })
  })

  test('one that does not open the record ends it', async () => {
    const visual = { records: ['number-image'], unlock: { pin: 'code-b', value: codeB(await identity()) } } as const
    const error = await thrown<StatusWordError>(async () => run({ ...(await trusted()), visual }))
    expect(error.code).toBe('ERR_SECURITY_STATUS')
  })
})

describe('misuse', () => {
  test('is refused before anything is sent, and PINs are wiped', async () => {
    const { session, sent } = await bench()
    await using open = await session()
    const cases: (() => Promise<AuthenticityOptions>)[] = [
      trusted,
      async () => ({ ...(await trusted()), cardExpiry: true }),
      async () => ({ ...(await faceOnly()), challenge: new Uint8Array(8) }),
      async () => ({ ...(await faceOnly()), visual: { ...(await faceOnly()).visual!, records: [] } }),
      async () => ({ ...(await faceOnly()), roots: [{ ...rootsOf(await identity())[0]!, keyId: new Uint8Array(1) }] }),
    ]
    for (const make of cases) {
      const options = await make()
      const error = await thrown(() => verifyAuthenticity(open, options))
      expect(['TypeError', 'RangeError']).toContain(error.name)
      expect(options.visual?.unlock.value.length ?? 0).toBe(0)
    }
    expect(sent()).toEqual([])
  })
})

describe('a terminal whose server verifies', () => {
  test('reads and has the card answer the challenge of the server', async () => {
    const fromServer = new Uint8Array(32).map((_, i) => i)
    await using open = await (await bench()).session()
    const text = await TextApplication.open(open)
    await text.verifyPin('code-b', codeB(await identity()))
    const textPart = await readTextEvidence(text, { attributes: true }, fromServer)
    const visual = await VisualApplication.open(open)
    await visual.verifyPin('code-b', codeB(await identity()))
    const visualPart = await readVisualEvidence(visual, ['card-face'], fromServer)

    // As it goes over a wire and comes back as buffers.
    const received = {
      text: Object.fromEntries(Object.entries(textPart).map(([name, bytes]) => [name, Buffer.from(bytes)])),
      visual: Object.fromEntries(Object.entries(visualPart).map(([name, bytes]) => [name, Buffer.from(bytes)])),
    } as unknown as Parameters<typeof verifyEvidence>[0]
    const options = { ...(await trusted()), records: ['attributes', 'card-face'] } as const
    const report = verifyEvidence(received, { ...options, challenge: fromServer })
    expect(report.ok).toBe(true)
    expect(report.checks.find(({ check }) => check === 'same-holder')?.result).toBe('passed')
    // Evidence of yesterday: the server has given out another challenge since.
    expect(verifyEvidence(received, { ...options, challenge: new Uint8Array(32) }).failure?.check).toBe('challenge')
  })

  test('refuses a short challenge before the card is asked', async () => {
    const { session, sent } = await bench()
    await using open = await session()
    const visual = await VisualApplication.open(open)
    const text = await TextApplication.open(open)
    const before = sent().length
    const short = new Uint8Array(15)
    expect((await thrown(() => readVisualEvidence(visual, ['card-face'], short))).name).toBe('RangeError')
    expect((await thrown(() => readTextEvidence(text, { attributes: true }, short))).name).toBe('RangeError')
    expect(sent().length).toBe(before)
  })
})
