import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CardSession, Pin } from '../../src/card/index.ts'
import { createVirtualCard, type FaultScript, VirtualTransport } from '../../src/emulator/index.ts'
import { JpkiCardError } from '../../src/errors.ts'
import { identifyCard } from '../../src/identify/index.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import { identity, verifies } from '../support/virtual.ts'

const pins = { auth: ['1234', '0000', '9999'], sign: ['ABC123', 'XYZ789', 'AAAAA1'] } as const

const action = fc.constantFrom(
  'pull' as const,
  'reset' as const,
  'silent' as const,
  'empty' as const,
  { truncate: 1 },
  { garbage: '5A' },
  { status: 0x6f00 },
  { status: 0x6c10 },
  { status: 0x6110 },
  { status: 0x63c2 },
  { status: 0x9000 },
)
const step = fc.record({
  operation: fc.constantFrom('verify', 'sign', 'change', 'identify', 'read'),
  key: fc.constantFrom('auth' as const, 'sign' as const),
  pin: fc.integer({ min: 0, max: 2 }),
  fault: fc.option(
    fc.record({ at: fc.integer({ min: 1, max: 7 }), do: action, when: fc.constantFrom('before', 'after') }),
  ),
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function perform(session: CardSession, { operation, key, pin }: Step): Promise<void> {
  if (operation === 'identify') {
    await identifyCard(session)
    return
  }
  const jpki = await JpkiApplication.open(session)
  const value = () => Pin.fromText(pins[key][pin]!)
  if (operation === 'verify') await jpki.verifyPin(key, value())
  else if (operation === 'sign') await jpki.sign(key, { message: Buffer.from('x') }, { pin: value() })
  else if (operation === 'change') await jpki.changePin(key, { current: value(), next: value() })
  else await jpki.readCertificate('auth')
}

test('no order of wrong PINs, pulls, resets and lies of the card blocks a PIN, sends two VERIFYs or leaves one verified', async () => {
  const person = await identity()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      const card = await createVirtualCard({ identity: person })
      const transport = new VirtualTransport({ card, apduTimeoutMs: 15 })
      const [reader] = await transport.readers()
      for (const one of steps) {
        const before = { auth: card.triesLeft('auth'), sign: card.triesLeft('sign') }
        card.clearLog()
        const session = new CardSession(await transport.connect(reader!.name))
        card.setFaults(one.fault === null ? undefined : ([one.fault] as FaultScript))
        await perform(session, one).catch((error: unknown) => {
          expect(error).toBeInstanceOf(JpkiCardError)
        })
        card.setFaults(undefined)
        const report = await session.close()
        if (report.cleared) expect([card.verified('auth'), card.verified('sign')]).toEqual([false, false])
        const sent = card.log.map(({ command }) => Buffer.from(command).toString('hex').toUpperCase())
        expect(verifies(sent)).toBeLessThanOrEqual(1)
        for (const key of ['auth', 'sign'] as const) {
          expect(before[key] - card.triesLeft(key)).toBeLessThanOrEqual(1)
          // A card that lies about its counter may be talked past the guard; one that tells the truth never is.
          const lies = one.fault !== null && typeof one.fault.do === 'object' && 'status' in one.fault.do
          if (!lies) expect(card.triesLeft(key)).toBeGreaterThanOrEqual(Math.min(1, before[key]))
        }
        if (card.pulled || !card.powered) {
          transport.remove()
          transport.insert(card)
        }
      }
      await transport.close()
    }),
    { numRuns: 150 },
  )
})
