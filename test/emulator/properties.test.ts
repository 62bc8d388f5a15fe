import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.ts'
import {
  createVirtualCard,
  type Identity,
  pinNames,
  verificationCodeB,
  virtualCardKinds,
} from '../../src/emulator/index.ts'
import {
  identity,
  poweredCard,
  selectCommon,
  selectFile,
  selectJpki,
  selectJuki,
  selectManager,
  selectText,
  selectVisual,
  send,
  verifyCurrent,
  verifyDirect,
} from './support.ts'

let person: Identity
beforeAll(async () => {
  person = await identity()
})

const anyBytes = fc.uint8Array({ maxLength: 600 })
const knownInstruction = fc.constantFrom(
  0x20,
  0x24,
  0x2a,
  0x32,
  0x82,
  0x84,
  0x88,
  0xa2,
  0xa4,
  0xae,
  0xb0,
  0xb2,
  0xc0,
  0xca,
  0xfc,
)
/** Bytes that get past the first checks. */
const nearCommand = fc
  .tuple(
    fc.constantFrom(0x00, 0x80, 0x10, 0x90, 0x08, 0x0c),
    knownInstruction,
    fc.uint8Array({ minLength: 2, maxLength: 2 }),
    fc.uint8Array({ maxLength: 40 }),
    fc.boolean(),
  )
  .map(([cla, ins, p, body, framed]) => Uint8Array.of(cla, ins, ...p, ...(framed ? [body.length, ...body, 0] : body)))
const selection = fc.constantFrom(
  selectJpki,
  selectText,
  selectVisual,
  selectCommon,
  selectJuki,
  selectManager,
  selectFile('0018'),
  selectFile('0001'),
)
const step = fc.oneof(anyBytes, nearCommand, selection.map(fromHex))
const ability = fc.record({ shortFileId: fc.boolean(), extendedLength: fc.boolean(), directReference: fc.boolean() })

describe('whatever is sent', () => {
  test('every command gets an answer of two bytes or more, soon, and nothing throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...virtualCardKinds),
        ability,
        fc.record({ commandChaining: fc.boolean(), chainedResponses: fc.boolean(), endOfFileWarning: fc.boolean() }),
        fc.array(step, { minLength: 1, maxLength: 30 }),
        async (kind, capabilities, habits, commands) => {
          const card = await poweredCard({ kind, capabilities, ...habits })
          for (const command of commands) {
            const start = performance.now()
            const response = await card.exchange(command)
            expect(response.length).toBeGreaterThanOrEqual(2)
            expect(response.length).toBeLessThanOrEqual(65_538)
            expect(performance.now() - start).toBeLessThan(1000)
          }
          for (const name of pinNames) {
            let tries = 0
            try {
              tries = card.triesLeft(name)
            } catch {
              continue
            }
            expect(tries).toBeGreaterThanOrEqual(0)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a short command never gets more than 256 bytes of data', async () => {
    const card = await poweredCard()
    await fc.assert(
      fc.asyncProperty(selection, fc.integer({ min: 1, max: 30 }), fc.nat(255), async (select, sfi, le) => {
        await send(card, select)
        const response = await card.exchange(Uint8Array.of(0x00, 0xb0, 0x80 | sfi, 0, le))
        expect(response.length).toBeLessThanOrEqual((le || 256) + 2)
      }),
    )
  })

  test('the command is not changed', async () => {
    const card = await poweredCard()
    await fc.assert(
      fc.asyncProperty(step, async (command) => {
        const before = toHex(command)
        await card.exchange(command)
        expect(toHex(command)).toBe(before)
      }),
    )
  })
})

/** A model of 利用者証明用 and 署名用: what an outsider knows about PINs after each action. */
type Action =
  | 'auth-right'
  | 'auth-wrong'
  | 'sign-right'
  | 'sign-wrong'
  | 'reselect'
  | 'other'
  | 'warm'
  | 'cold'
  | 'read'
  | 'use'
const actions = fc.array(
  fc.constantFrom<Action>(
    'auth-right',
    'auth-wrong',
    'sign-right',
    'sign-wrong',
    'reselect',
    'other',
    'warm',
    'cold',
    'read',
    'use',
  ),
  { maxLength: 40 },
)

test('any interleaving keeps counters and access rules', async () => {
  await fc.assert(
    fc.asyncProperty(actions, async (script) => {
      const card = await createVirtualCard({ identity: person })
      card.powerOn()
      await send(card, selectJpki)
      const pins = { auth: { tries: 3, full: 3, open: false }, sign: { tries: 5, full: 5, open: false } }
      const present = async (name: 'auth' | 'sign', p2: string, value: string, right: boolean): Promise<void> => {
        const pin = pins[name]
        const answer = await send(card, verifyDirect(p2, value))
        if (pin.tries === 0) {
          expect(answer).toBe('6984')
          return
        }
        pin.open = right
        pin.tries = right ? pin.full : pin.tries - 1
        expect(answer).toBe(right ? '9000' : `63C${pin.tries}`)
      }
      const forget = (): void => {
        pins.auth.open = false
        pins.sign.open = false
      }
      for (const action of script) {
        if (action === 'auth-right') await present('auth', '98', '1234', true)
        else if (action === 'auth-wrong') await present('auth', '98', '4321', false)
        else if (action === 'sign-right') await present('sign', '9B', 'ABC123', true)
        else if (action === 'sign-wrong') await present('sign', '9B', 'XYZ987', false)
        else if (action === 'warm') card.warmReset()
        else if (action === 'cold') card.powerOn()
        else if (action === 'other') await send(card, selectText)
        if (action === 'cold' || action === 'other') forget()
        if (['reselect', 'warm', 'cold', 'other'].includes(action)) expect(await send(card, selectJpki)).toBe('9000')
        if (action === 'read') expect(await send(card, '00B0810001')).toBe(pins.sign.open ? '309000' : '6982')
        if (action === 'use') {
          const answer = await send(card, `802A029720${'00'.repeat(32)}00`)
          expect(answer.slice(-4)).toBe(pins.auth.open ? '9000' : '6982')
        }
        expect(card.triesLeft('auth')).toBe(pins.auth.tries)
        expect(card.triesLeft('sign')).toBe(pins.sign.tries)
        expect(card.verified('auth')).toBe(pins.auth.open)
        expect(card.verified('sign')).toBe(pins.sign.open)
      }
    }),
    { numRuns: 200 },
  )
})

test('no secret leaves the card while nothing is verified', async () => {
  const secrets = [person.holder.name, person.holder.address, '123456789018', verificationCodeB(person)].map((text) =>
    Buffer.from(text),
  )
  const locked = step.filter((command) => command[1] !== 0x20)
  await fc.assert(
    fc.asyncProperty(fc.array(locked, { maxLength: 20 }), async (commands) => {
      const card = await poweredCard()
      for (const command of commands) {
        const response = Buffer.from(await card.exchange(command))
        for (const secret of secrets) expect(response.includes(secret)).toBe(false)
      }
    }),
  )
})

test('a wrong guess of any shape never verifies', async () => {
  const card = await poweredCard({ triesLeft: {} })
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }), async (guess) => {
      fc.pre(guess !== '1234')
      await send(card, selectJpki)
      await send(card, selectFile('0018'))
      await send(card, verifyCurrent(guess))
      expect(card.verified('auth')).toBe(false)
    }),
  )
  expect(card.triesLeft('auth')).toBe(0)
})
