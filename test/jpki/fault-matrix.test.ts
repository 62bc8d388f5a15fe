import { describe, expect, test } from 'vitest'
import { CardSession, Pin } from '../../src/card/index.ts'
import type { FaultAction } from '../../src/emulator/index.ts'
import { createVirtualCard, type VirtualCardOptions, VirtualTransport } from '../../src/emulator/index.ts'
import { JpkiCardError } from '../../src/errors.ts'
import { identifyCard } from '../../src/identify/index.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import { identity, verifies } from '../support/virtual.ts'

const message = Buffer.from('住民票の写し')
const authPin = () => Pin.fromText('1234')
const signPassword = () => Pin.fromText('ABC123')

const flows: Readonly<Record<string, (session: CardSession) => Promise<unknown>>> = {
  identify: (session) => identifyCard(session),
  authenticate: async (session) => (await JpkiApplication.open(session)).authenticate(message, authPin()),
  sign: async (session) => (await JpkiApplication.open(session)).sign('sign', { message }, { pin: signPassword() }),
  'change a PIN': async (session) => {
    const jpki = await JpkiApplication.open(session)
    await jpki.changePin('auth', { current: authPin(), next: Pin.fromText('4321') })
  },
  'read everything free': async (session) => {
    const jpki = await JpkiApplication.open(session)
    await jpki.readTokenInfo()
    await jpki.readAvailability()
    for (const kind of ['auth', 'auth-ca', 'sign-ca'] as const) await jpki.readCertificate(kind)
    await jpki.pinStatus('auth')
    await jpki.pinStatus('sign')
  },
}

const faults: readonly (readonly [string, FaultAction])[] = [
  ['pulled', 'pull'],
  ['reset by another program', 'reset'],
  ['silent', 'silent'],
  ['answering nothing', 'empty'],
  ['cut off after one byte', { truncate: 1 }],
  ['cut off after three bytes', { truncate: 3 }],
  ['answering rubbish', { garbage: '00'.repeat(300) }],
  ['answering 9000 without data', { status: 0x9000 }],
  ...[
    0x6100, 0x6c00, 0x6281, 0x6300, 0x63c1, 0x6700, 0x6982, 0x6983, 0x6985, 0x6a82, 0x6a86, 0x6b00, 0x6d00, 0x6f00,
  ].map((status) => [`answering ${status.toString(16)}`, { status }] as const),
]

const cards: Readonly<Record<string, VirtualCardOptions>> = {
  'every capability': {},
  'no capability': { capabilities: { shortFileId: false, extendedLength: false, directReference: false } },
}

async function attempt(
  options: VirtualCardOptions,
  flow: (session: CardSession) => Promise<unknown>,
  fault?: { at: number; do: FaultAction; when: 'before' | 'after' },
) {
  const card = await createVirtualCard({ identity: await identity(), ...options })
  const transport = new VirtualTransport({ card, apduTimeoutMs: 5 })
  const [reader] = await transport.readers()
  const session = new CardSession(await transport.connect(reader!.name))
  card.setFaults(fault === undefined ? undefined : [fault])
  const outcome = await flow(session).then(
    () => 'done',
    (error: unknown) => error,
  )
  card.setFaults(undefined)
  const report = await session.close()
  const sent = card.log.map(({ command }) => Buffer.from(command).toString('hex').toUpperCase())
  // The next customer: a card back in the reader must work.
  transport.remove()
  transport.insert(card)
  const next = new CardSession(await transport.connect(reader!.name))
  const status = await (await JpkiApplication.open(next)).pinStatus('sign')
  await next.close()
  await transport.close()
  return { card, outcome, report, sent, status }
}

describe.each(Object.keys(cards))('on a card with %s', (name) => {
  describe.each(Object.keys(flows))('%s', (title) => {
    test.each(faults)(
      'with the card %s at every exchange ends in a coded error or a right result',
      async (_, action) => {
        const { sent: whole } = await attempt(cards[name]!, flows[title]!)
        for (let at = 1; at <= whole.length; at++) {
          for (const when of ['before', 'after'] as const) {
            const cell = `exchange ${at}, ${when}`
            const { card, outcome, report, sent, status } = await attempt(cards[name]!, flows[title]!, {
              at,
              do: action,
              when,
            })
            if (outcome !== 'done') expect(outcome, cell).toBeInstanceOf(JpkiCardError)
            expect(verifies(sent), cell).toBeLessThanOrEqual(1)
            expect(sent.filter((command) => command.startsWith('0024')).length, cell).toBeLessThanOrEqual(1)
            expect(Math.min(card.triesLeft('auth'), card.triesLeft('sign')), cell).toBeGreaterThanOrEqual(3)
            if (report.cleared) expect([card.verified('auth'), card.verified('sign')], cell).toEqual([false, false])
            else expect(action, cell).toBe('silent')
            expect(status, cell).toEqual({ state: 'usable', triesLeft: 5 })
          }
        }
      },
    )
  })
})
