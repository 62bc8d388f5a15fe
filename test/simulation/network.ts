import { AuditError, RefusalError, ServerError } from '../../src/errors.ts'
import type { Instance } from './instance.ts'
import { jumpOf, type SkewedClock } from './instance.ts'
import type { World } from './world.ts'

/** How long a terminal waits for an answer, milliseconds. */
const answerLimitMs = 4_000

/** Who sends a request: a terminal while it is on, or a clerk. */
export interface Sender {
  readonly name: string
  readonly isAlive: boolean
  readonly clock?: SkewedClock | undefined
  /** The instance it asks first. */
  readonly home: number
}

/** Between terminals, clerks and the instances behind one address. */
export class Network {
  readonly #world: World
  /** Those that run, by number; none while one is down. */
  readonly instances: (Instance | undefined)[]

  constructor(world: World) {
    this.#world = world
    this.instances = new Array<Instance | undefined>(world.plan.instances).fill(undefined)
  }

  /**
   * Sends a request to one of the instances.
   *
   * @param handle - what the instance does; its RefusalError reaches the sender without the reason.
   * @param onAnswer - may change the answer on its way.
   * @throws ServerError without an answer in time, or for an error that is no refusal; the reason of `signal`.
   */
  request<T>(
    sender: Sender,
    what: string,
    handle: (instance: Instance) => Promise<T>,
    { signal, onAnswer = (answer) => answer }: { signal?: AbortSignal; onAnswer?: (answer: T) => T } = {},
  ): Promise<T> {
    const world = this.#world
    const { name, clock } = sender
    if (clock !== undefined && world.fault('terminal-clock', name)) clock.jump(jumpOf(world, 'terminal-clock'))
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      let isSettled = false
      const settle = (work: () => void): void => {
        if (isSettled) return
        isSettled = true
        world.scheduler.cancel(limit)
        signal?.removeEventListener('abort', onAbort)
        if (sender.isAlive) work()
      }
      const onAbort = (): void => settle(() => reject(signal!.reason as Error))
      const limit = world.after(answerLimitMs, () => settle(() => reject(new ServerError('no answer in time'))))
      signal?.addEventListener('abort', onAbort, { once: true })
      const answer = (work: () => void): void => {
        if (world.fault('answer-lost', name)) return
        const delay = world.delay()
        if (delay === 0) settle(work)
        else world.after(delay, () => settle(work))
      }
      const deliver = (): void => {
        world.busy += 1
        world.after(world.delay(), () => {
          world.busy -= 1
          const instance = this.#route(sender)
          if (instance === undefined) return answer(() => reject(new ServerError('no connection')))
          if (world.trace !== undefined) world.log(name, `${what} -> ${instance.name}`)
          handle(instance).then(
            (value) => answer(() => resolve(onAnswer(value))),
            (error: unknown) => answer(() => reject(asReceived(error))),
          )
        })
      }
      if (!world.fault('request-lost', name)) deliver()
      if (world.fault('duplicate', name)) deliver()
    })
  }

  #route({ home }: Sender): Instance | undefined {
    const { random } = this.#world
    const { length } = this.instances
    const chosen = random.chance(0.6) ? home % length : random.integer(0, length - 1)
    const instance = this.instances[chosen]
    return instance?.isAlive === true ? instance : undefined
  }
}

/** An error as a client of the server sees it. */
function asReceived(error: unknown): Error {
  if (error instanceof RefusalError) return new RefusalError(error.code, error.message)
  return new ServerError(error instanceof AuditError ? 'no audit log' : 'an internal error')
}
