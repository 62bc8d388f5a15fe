import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVirtualCard, type VirtualCard, VirtualTransport } from '../../src/emulator/index.ts'
import { type KioskEvent, KioskMonitor } from '../../src/kiosk/index.ts'
import type { CardConnection } from '../../src/transport/index.ts'
import { identity } from '../support/virtual.ts'

const names = ['a', 'b'] as const
type Name = (typeof names)[number]

/** What may happen at the readers. */
type Step =
  | { readonly do: 'attach' | 'detach' | 'insert' | 'mute' | 'remove' | 'hold' | 'let go'; readonly reader: Name }
  | { readonly do: 'lose service' | 'restore service' }
  | { readonly do: 'wait'; readonly ms: number }

const reader = fc.constantFrom(...names)
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('insert', 'remove'), reader }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('attach', 'detach', 'mute', 'hold', 'let go'), reader }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('lose service', 'restore service') }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(0, 0, 1, 4, 15) }) },
  ) as fc.Arbitrary<Step>,
  { minLength: 1, maxLength: 25 },
)

/** The world: what is really in the readers. */
class World {
  readonly transport = new VirtualTransport({ readers: names })
  readonly cards: VirtualCard[] = []
  readonly attached = new Set<Name>(names)
  readonly inside = new Map<Name, 'card' | 'mute'>()
  readonly #held = new Map<Name, CardConnection>()
  isLost = false

  async take(step: Step): Promise<void> {
    const { transport, attached } = this
    if (step.do === 'wait') {
      await (step.ms === 0 ? Promise.resolve() : sleep(step.ms))
    } else if (!('reader' in step)) {
      this.isLost = step.do === 'lose service'
      if (this.isLost) transport.loseService()
      else transport.restoreService()
    } else if (step.do === 'attach') {
      if (!attached.has(step.reader)) transport.attachReader(step.reader)
      attached.add(step.reader)
    } else if (attached.has(step.reader)) {
      await this.#handle(step.do, step.reader)
    }
  }

  async #handle(what: string, reader: Name): Promise<void> {
    const { transport, attached, inside } = this
    if (what === 'detach') {
      attached.delete(reader)
      inside.delete(reader)
      transport.detachReader(reader)
    } else if (what === 'remove') {
      inside.delete(reader)
      transport.remove(reader)
    } else if (what === 'hold') {
      const connection = await transport.connect(reader).catch(() => undefined)
      if (connection !== undefined) this.#held.set(reader, connection)
    } else if (what === 'let go') {
      await this.#held
        .get(reader)
        ?.close()
        .catch(() => {})
    } else if (!inside.has(reader)) {
      transport.insert(what === 'mute' ? 'mute' : await this.#card(), reader)
      inside.set(reader, what === 'mute' ? 'mute' : 'card')
    }
  }

  async calm(): Promise<void> {
    for (const connection of this.#held.values()) await connection.close().catch(() => {})
    this.isLost = false
    this.transport.restoreService()
  }

  async #card(): Promise<VirtualCard> {
    const card = await createVirtualCard({ identity: await identity(), keepLog: false })
    this.cards.push(card)
    return card
  }
}

/** Follows the events and holds them against the grammar of one reader. */
function check(
  events: readonly KioskEvent[],
): Map<string, { card: number | undefined; identified: boolean; trouble: boolean }> {
  const readers = new Map<string, { card: number | undefined; identified: boolean; trouble: boolean }>()
  let last = 0
  let lost = false
  for (const event of events) {
    if (event.reader === undefined) {
      expect(event.type).toBe(lost ? 'recovered' : 'trouble')
      lost = !lost
      continue
    }
    const state = readers.get(event.reader)
    if (event.type === 'reader-attached') {
      expect(state).toBe(undefined)
      readers.set(event.reader, { card: undefined, identified: false, trouble: false })
      continue
    }
    if (state === undefined) throw new Error(`${event.type} of a reader that is not there`)
    if (event.type === 'reader-detached') {
      expect(state).toEqual({ card: undefined, identified: false, trouble: false })
      readers.delete(event.reader)
    } else if (event.type === 'card-inserted') {
      expect(state).toEqual({ card: undefined, identified: false, trouble: false })
      expect(event.card).toBeGreaterThan(last)
      last = event.card
      state.card = event.card
    } else if (event.type === 'recovered') {
      // The one event that may follow a removal: it ends the trouble with that card.
      expect(state.trouble).toBe(true)
      expect(state.card === undefined ? event.card === last || event.card! < last : event.card === state.card).toBe(
        true,
      )
      state.trouble = false
    } else {
      expect(event.card).toBe(state.card)
      if (event.type === 'card-removed') {
        state.card = undefined
        state.identified = false
      } else if (event.type === 'trouble') {
        state.trouble = true
      } else {
        if (event.type !== 'card-identified') throw new Error(`${event.type} of a monitor that identifies cards`)
        expect(state.identified).toBe(false)
        state.identified = true
        expect(event.survey.kind).toBe('my-number')
      }
    }
  }
  return readers
}

test('whatever happens at the readers, events come in order, every card that stays is identified, and none is kept', async () => {
  await identity()
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const world = new World()
      const monitor = new KioskMonitor(world.transport)
      const events: KioskEvent[] = []
      monitor.on((event) => events.push(event))
      for (const step of list) await world.take(step)
      await world.calm()
      const isSettled = () =>
        monitor.readers.length === world.attached.size &&
        monitor.readers.every(({ name, card, trouble }) => {
          const inside = world.inside.get(name as Name)
          if (inside === 'card') return card?.survey !== undefined
          return inside === 'mute' ? trouble?.code === 'ERR_CARD_MUTE' : card === undefined
        })
      const deadline = performance.now() + 10_000
      while (!isSettled() && performance.now() < deadline) await sleep(2)
      expect(isSettled()).toBe(true)
      const state = check(events)
      expect([...state.keys()].sort()).toEqual([...world.attached].sort())
      for (const [name, { card, identified }] of state) {
        const inside = world.inside.get(name as Name)
        expect([card !== undefined, identified]).toEqual([inside !== undefined, inside === 'card'])
        if (inside === 'card') await (await world.transport.connect(name)).close()
      }
      await monitor.close()
      const count = events.length
      await world.transport.close()
      expect(events.length).toBe(count)
      for (const card of world.cards) {
        expect([card.verified('auth'), card.verified('sign')]).toEqual([false, false])
        expect([card.triesLeft('auth'), card.triesLeft('sign')]).toEqual([3, 5])
      }
    }),
    { numRuns: Number(process.env['KIOSK_RUNS'] ?? 60) },
  )
}, 120_000)
