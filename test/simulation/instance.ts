import { AuditError, RefusalError } from '../../src/errors.ts'
import type { Clock } from '../../src/issuance/clock.ts'
import type { AuditEvent } from '../../src/server/audit/line.ts'
import { IssuanceDesk } from '../../src/server/issuance/desk.ts'
import { memoryStore } from '../../src/server/stores/memory-store.ts'
import type { CaseStore } from '../../src/server/stores/store.ts'
import { composerOf, type Office } from './composer.ts'
import type { Oracle } from './oracle.ts'
import { registersOf } from './registers.ts'
import type { SealModel } from './seal-model.ts'
import { nameOfSecond, withoutFence } from './variants.ts'
import { epoch, type World } from './world.ts'

export const origin = 'https://issue.example'

/** A store as it lies on its disk: it survives all instances. */
export interface SharedStore {
  readonly backing: CaseStore
  readonly shadow: ReturnType<Oracle['addStore']>
  isDown: boolean
}

export function sharedStore(world: World): SharedStore {
  const plain = memoryStore({ clock: () => world.now })
  const backing = world.variant === 'no-fence' ? withoutFence(plain) : plain
  return { backing, shadow: world.oracle.addStore(), isDown: false }
}

/** What all instances share. */
export interface Shared {
  readonly world: World
  readonly store: SharedStore
  readonly sealing: SealModel
  readonly office: Office
  /** Of the audit log. */
  isAuditDown: boolean
}

/** A clock that may differ from the true time, with sleeps in true time, as timers of a system are. */
export class SkewedClock implements Clock {
  readonly #world: World
  readonly #isAlive: () => boolean
  /** Milliseconds. */
  offset = 0
  /** How far it went back since it was last set to 0, milliseconds. */
  wentBack = 0
  /** Sleeps that have not ended. */
  sleepers = 0

  constructor(world: World, isAlive: () => boolean) {
    this.#world = world
    this.#isAlive = isAlive
  }

  now(): number {
    return epoch + this.#world.now + this.offset
  }

  jump(by: number): void {
    this.offset += by
    if (by < 0) this.wentBack -= by
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    this.sleepers += 1
    return new Promise((resolve) => {
      const onAbort = (): void => {
        this.sleepers -= 1
        this.#world.scheduler.cancel(event)
        resolve()
      }
      const event = this.#world.after(ms, () => {
        this.sleepers -= 1
        signal?.removeEventListener('abort', onAbort)
        if (this.#isAlive()) resolve()
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }
}

/** One process of the server: from its start to its crash or end. */
export class Instance {
  readonly world: World
  readonly name: string
  readonly clock: SkewedClock
  readonly desk: IssuanceDesk
  isAlive = true
  /** It has seen a mismatch since a resumption began: number of the resumptions begun then. */
  stoppedAt: number | undefined
  readonly #shared: Shared
  readonly #onEnd: () => void
  readonly #store: SharedStore
  #idCount = 0

  /** @param onEnd - called once, when it has crashed or was closed. */
  constructor(shared: Shared, name: string, onEnd: () => void) {
    const { world, sealing, store } = shared
    const { plan, variant } = world
    this.#shared = shared
    this.world = world
    this.name = name
    this.#onEnd = onEnd
    this.clock = new SkewedClock(world, () => this.isAlive)
    this.#store = variant === 'per-process-state' ? sharedStore(world) : store
    this.desk = new IssuanceDesk({
      origin,
      store: this.#storeClient(),
      registers: registersOf(this),
      composer: composerOf(this, shared.office),
      audit: { write: (event) => this.#audit(event) },
      // The variant's store says so, as one would that is wrongly configured.
      instances: { machines: 2 },
      lifetimeMs: plan.lifetimeMs,
      outcomeMs: plan.outcomeMs,
      retentionMs: plan.retentionMs,
      clock: this.clock,
      newId: () => this.#newId(),
      seal: sealing.seal,
    })
    this.desk.start()
    world.log(name, 'starts')
  }

  /**
   * A call of a port: `work` runs when it has arrived, the answer may arrive later. An instance that is gone gets none, but
   * what it has sent arrives.
   */
  call<T>(what: string, work: () => Promise<T>): Promise<T> {
    const { world } = this
    world.busy += 1
    return new Promise((resolve, reject) => {
      const answered = (settle: () => void): void => {
        world.busy -= 1
        if (this.isAlive) settle()
      }
      const answer = (settle: () => void): void => {
        const delay = world.delay()
        if (delay === 0) answered(settle)
        else world.after(delay, () => answered(settle))
      }
      world.after(world.delay(), () => {
        if (this.isAlive) this.#atPort(what)
        work().then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        )
      })
    })
  }

  /** A time in which something works for this instance. */
  pause(ms: number): Promise<void> {
    const { world } = this
    world.busy += 1
    return new Promise((resolve) => {
      world.after(ms, () => {
        world.busy -= 1
        if (this.isAlive) resolve()
      })
    })
  }

  /** A mismatch has reached this process at a virtual time: it must stop issuing, here at once. */
  sawMismatch(what: string, at = this.world.now): void {
    const { oracle } = this.world
    this.stoppedAt = oracle.resumesBegun
    oracle.expectStop(what, at, () => !this.isAlive)
  }

  /** The process is gone; nothing that waits in it goes on. */
  crash(): void {
    if (!this.isAlive) return
    this.isAlive = false
    this.world.log(this.name, 'is gone')
    this.#onEnd()
  }

  /** An orderly end. */
  async close(): Promise<void> {
    this.world.log(this.name, 'is closed')
    await this.desk.close()
    if (this.clock.sleepers > 0) this.world.oracle.fail('never-ends', `${this.name} is closed, and still waits`)
    this.crash()
  }

  /** Faults of the process itself, at each call of a port. */
  #atPort(what: string): void {
    const { world, name } = this
    if (world.fault('instance-clock', name)) this.clock.jump(jumpOf(world, 'instance-clock'))
    if (world.fault('crash', name)) {
      world.log(name, `at its call ${what}`)
      this.crash()
    } else if (world.fault('shutdown', name)) void this.close()
  }

  #newId(): string {
    const { world } = this
    const id =
      world.variant === 'names-by-second'
        ? nameOfSecond(this.clock.now())
        : `${world.random.integer(0x100000, 0xffffff).toString(16)}-${this.name}-${++this.#idCount}-${world.now}`
            .padEnd(32, '_')
            .slice(0, 32)
    world.oracle.idMade(id)
    return id
  }

  #storeClient(): CaseStore {
    const { backing, shadow } = this.#store
    const call = <T>(what: string, work: () => Promise<T>): Promise<T> => this.call(what, () => this.#atStore(work))
    return {
      scope: 'shared',
      increment: (key) => call('increment', () => backing.increment(key)),
      count: (key) => call('count', () => backing.count(key)),
      reset: (key) => call('reset', () => backing.reset(key)),
      read: (key) => call('read', () => backing.read(key)),
      write: (key, value) => call('write', () => backing.write(key, value)),
      remove: (key) => call('remove', () => backing.remove(key)),
      due: (before, limit) => call('due', () => backing.due(before, limit)),
      compareAndSet: (changes) =>
        call('compareAndSet', async () => {
          const isDone = await backing.compareAndSet(changes)
          if (isDone) this.world.oracle.applied(shadow, this.name, changes)
          return isDone
        }),
    }
  }

  async #atStore<T>(work: () => Promise<T>): Promise<T> {
    const { world, name } = this
    const store = this.#store
    if (store.isDown && !world.isQuiet) throw unavailable()
    if (world.fault('store-outage', name)) {
      store.isDown = true
      world.after(world.stream('store-outage').integer(100, 8_000), () => {
        store.isDown = false
      })
      if (world.stream('store-outage').chance(0.5)) await work()
      throw unavailable()
    }
    if (world.fault('store-error', name)) throw unavailable()
    const result = await work()
    if (world.fault('store-unclear', name)) throw unavailable()
    return result
  }

  #audit(event: AuditEvent): Promise<void> {
    const { world, name } = this
    const shared = this.#shared
    return this.call('audit', async () => {
      if (shared.isAuditDown && !world.isQuiet) throw new AuditError('no log')
      if (world.fault('audit-outage', name)) {
        shared.isAuditDown = true
        world.after(world.stream('audit-outage').integer(100, 8_000), () => {
          shared.isAuditDown = false
        })
        throw new AuditError('no log')
      }
      if (world.fault('audit-error', name)) throw new AuditError('no log')
      world.oracle.audited(event)
      if (world.trace !== undefined) {
        const { type, case: id, state, fence, action, code, reason } = event
        const about = [id === undefined ? '' : String(id).slice(0, 6), state, fence, action, code, reason]
        world.log('audit', `${type} ${about.filter((one) => one !== undefined).join(' ')}`)
      }
      if (world.fault('audit-unclear', name)) throw new AuditError('no answer of the log')
    })
  }
}

/** How far a clock jumps, milliseconds. */
export function jumpOf(world: World, kind: 'instance-clock' | 'terminal-clock'): number {
  const random = world.stream(kind)
  const most = random.pick([100, 2_000, 15_000, 70_000])
  return random.integer(-most, most)
}

function unavailable(): RefusalError {
  return new RefusalError('ERR_STORE_UNAVAILABLE', 'the store is not there')
}
