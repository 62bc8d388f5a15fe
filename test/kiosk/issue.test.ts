import { afterEach, describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import type { CardLook } from '../../src/credentials/index.ts'
import { createIdentity, createVirtualCard, type Identity, VirtualTransport } from '../../src/emulator/index.ts'
import type { DocumentRequest, Printer } from '../../src/issuance/index.ts'
import { KioskMonitor, type KioskScreens, serveVisit } from '../../src/kiosk/index.ts'
import type { Composer, RegisterAnswer } from '../../src/server/index.ts'
import { issuing } from '../support/issuing.ts'
import { identity } from '../support/virtual.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const page = (subject: string) => ({ mediaType: 'text/plain', subject, content: Buffer.from(`of ${subject}`) })

interface Play {
  /** What the customer chooses on the screen; without it the documents are fixed. */
  readonly chosen?: readonly DocumentRequest[] | undefined
  readonly asks?: boolean
  readonly answer?: Partial<RegisterAnswer>
  readonly composer?: Composer
  readonly holder?: Identity
  readonly printer?: Partial<Printer>
  readonly whileServed?: (transport: VirtualTransport) => Promise<void>
}

/** One customer at a kiosk that issues documents. */
async function customer({ answer, composer, printer, whileServed, chosen, holder, asks = false }: Play = {}) {
  const {
    server,
    desk,
    printed,
    printer: tray,
  } = await issuing({
    answer,
    printer,
    composer: composer ?? {
      compose: async ({ case: id, subject }) => ({ case: id, pageCount: 1, pages: [page(subject)] }),
    },
  })
  const transport = new VirtualTransport()
  const monitor = new KioskMonitor(transport, { survey: false })
  open.push(async () => {
    await monitor.close()
    await transport.close()
    await desk.close()
  })
  const shown: string[] = []
  const renewals: string[] = []
  const found: CardLook['kind'][] = []
  const screens: KioskScreens = {
    ...(asks && { chooseDocuments: async () => chosen }),
    found: ({ kind }) => void found.push(kind),
    enterPin: async () => Pin.fromText('1234'),
    show: (screen) => {
      shown.push(screen.step === 'refused' ? `refused ${screen.situation}` : screen.step)
      if (screen.step !== 'refused' && screen.renewal !== undefined) renewals.push(screen.step)
    },
  }
  const card = await createVirtualCard({ identity: holder ?? (await identity()) })
  transport.insert(card)
  const meanwhile = whileServed?.(transport)
  for await (const visit of monitor.visits()) {
    const site = { server, terminal: 'kiosk-1', purpose: 'residence-record' }
    const documents = asks ? undefined : [{ document: 'residence-record', copies: 1 }]
    const issue = { documents, printer: tray }
    const outcome = await serveVisit(visit, { screens, channel: 'convenience-store', ...site, issue })
    await meanwhile
    return { outcome, shown, printed, desk, card, found, renewals }
  }
  throw new Error('no visit')
}

describe('a visit that ends with a document', () => {
  test('look, PIN, signature, case, paper', async () => {
    const { outcome, shown, printed, desk, card } = await customer()
    expect(outcome).toMatchObject({ kind: 'issued', issued: { state: 'collected', pageCount: 1 } })
    expect(shown).toEqual(['checking', 'authenticating', 'accepted', 'printing', 'take-paper'])
    expect(printed).toEqual(['of R-1'])
    expect(desk.counts.states.collected).toBe(1)
    expect(card.verified('auth')).toBe(false)
  })

  test('says at its end that the certificate can be renewed', async () => {
    const notAfter = new Date(Date.now() + 30 * 86_400_000)
    const holder = await createIdentity({ like: await identity(), notAfter })
    const { outcome, renewals } = await customer({ holder })
    expect(outcome.kind).toBe('issued')
    expect(renewals).toEqual(['accepted', 'take-paper'])
    expect((await customer()).renewals).toEqual([])
  })

  test('which the customer chooses after the look, before the PIN', async () => {
    const chosen = [{ document: 'residence-record', copies: 2 }]
    const { outcome, found, card } = await customer({ asks: true, chosen })
    expect(outcome).toMatchObject({ kind: 'issued', issued: { state: 'collected' } })
    expect(found).toEqual(['my-number'])
    expect(card.exchanges).toBe(8)
  })

  test('a customer who chooses none spends no try', async () => {
    const { outcome, printed, card } = await customer({ asks: true, chosen: undefined })
    expect(outcome.kind).toBe('cancelled')
    expect(printed).toEqual([])
    expect(card.triesLeft('auth')).toBe(3)
  })

  test('a document that is not issued here sends the customer to the counter', async () => {
    const { outcome, shown, printed } = await customer({ answer: { suppressed: 'protected' } })
    expect(outcome).toMatchObject({ kind: 'refused', situation: 'ask-at-counter', error: { code: 'ERR_NOT_ISSUABLE' } })
    expect(shown.at(-1)).toBe('refused ask-at-counter')
    expect(JSON.stringify(outcome)).not.toContain('protected')
    expect(printed).toEqual([])
  })

  test('a printer that cannot be cleared costs no PIN', async () => {
    const { outcome, shown, card } = await customer({
      printer: { clear: async () => Promise.reject(new Error('jam')) },
    })
    expect(outcome).toMatchObject({ kind: 'refused', situation: 'out-of-order', error: { code: 'ERR_PRINTER' } })
    expect(shown).toEqual(['checking', 'refused out-of-order'])
    expect(card.log).toEqual([])
  })

  test('a card that is taken before the paper is out ends the case', async () => {
    let compositionBegan = (): void => {}
    const composer: Composer = {
      compose: async (_, { signal }) => {
        compositionBegan()
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const began = new Promise<void>((resolve) => {
      compositionBegan = resolve
    })
    const { outcome, printed, desk } = await customer({
      composer,
      whileServed: async (transport) => {
        await began
        transport.remove()
      },
    })
    expect(outcome.kind).toBe('removed')
    expect(printed).toEqual([])
    expect(desk.counts.states.abandoned).toBe(1)
  })
})
