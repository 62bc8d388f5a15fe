import {
  BindingLost,
  type PcscBinding,
  type PcscHandle,
  type PcscObserver,
  type PcscShare,
  type PcscWatch,
} from '../binding.ts'
import { within } from '../deadline.ts'
import { HostProcess, type HostSettings } from './host-process.ts'
import { IsolatedHandle } from './isolated-handle.ts'
import type { SentHandle } from './messages.ts'

/** Milliseconds within which the watch of a new host has reported an attached reader. */
const sighting = 1500

/** Fraction of the memory limit above which a host is replaced once no connection is open. */
const fullAt = 0.5

/**
 * A binding in a child process. A process that crashes, hangs or exceeds its memory limit is terminated, its pending
 * calls fail with {@link BindingLost}, and the next call starts another one.
 *
 * A host marked for replacement accepts no new connections, and is terminated once none of its handles is usable.
 */
export class IsolatedBinding implements PcscBinding {
  readonly #settings: HostSettings
  /** Running hosts, and the open handles of each. */
  readonly #hosts = new Map<HostProcess, Set<number>>()
  /** Why a host is marked for replacement. */
  readonly #faults = new WeakMap<HostProcess, string>()
  #current: HostProcess | undefined
  #name = 'isolated'
  #isClosed = false
  #keepsAlive = true

  private constructor(settings: HostSettings) {
    this.#settings = settings
  }

  /** Starts the first host. @throws TransportError `ERR_BINDING_MISSING`. */
  static async open(settings: HostSettings): Promise<IsolatedBinding> {
    const binding = new IsolatedBinding(settings)
    const host = await binding.#host()
    binding.#name = `${host.name}, isolated`
    return binding
  }

  get name(): string {
    return this.#name
  }

  /** Process ids of the running hosts. */
  get pids(): readonly number[] {
    return [...this.#hosts.keys()].map(({ pid }) => pid).filter((pid) => pid !== undefined)
  }

  async probe(): Promise<void> {
    const host = await this.#host()
    await host.request({ ask: host.probes ? 'probe' : 'ping' })
  }

  watch(observer: PcscObserver): PcscWatch {
    const running = this.#host().then((host) => host.watch(observer))
    return {
      started: running.then(() => {}),
      stop: async () => {
        const stop = await running.catch(() => undefined)
        await stop?.().catch(() => {})
      },
    }
  }

  async connect(reader: string, share: PcscShare): Promise<PcscHandle> {
    const host = await this.#host()
    await within(host.seen(reader), { timeoutMs: sighting }, 'sight of the reader').catch(() => {})
    const sent = (await host.request({ ask: 'connect', reader, share })) as SentHandle
    this.#hosts.get(host)?.add(sent.handle)
    return new IsolatedHandle(host, sent, {
      again: (wanted) => this.connect(reader, wanted),
      closed: (handle) => this.#closed(host, handle),
    })
  }

  keepAlive(isNeeded: boolean): void {
    if (this.#keepsAlive === isNeeded) return
    this.#keepsAlive = isNeeded
    for (const host of this.#hosts.keys()) host.keepAlive(isNeeded)
  }

  /** Terminates every host. */
  async close(): Promise<void> {
    this.#isClosed = true
    // The process stays alive until they have exited.
    this.keepAlive(true)
    const hosts = [...this.#hosts.keys()]
    for (const host of hosts) host.kill('was closed')
    await Promise.all(hosts.map((host) => host.exited()))
  }

  async #host(): Promise<HostProcess> {
    if (this.#isClosed) throw new BindingLost(this.#name, 'was closed')
    const host = this.#current?.usable ? this.#current : this.#start()
    await host.ready()
    return host
  }

  #start(): HostProcess {
    const host: HostProcess = new HostProcess(this.#settings, {
      memory: (bytes) =>
        bytes > fullAt * this.#settings.memoryBytes && this.#replace(host, 'exceeded half its memory limit'),
      overdue: () => this.#replace(host, 'exceeded the time limit of a call'),
    })
    host.keepAlive(this.#keepsAlive)
    this.#hosts.set(host, new Set())
    this.#current = host
    host.exited().then(() => this.#hosts.delete(host))
    return host
  }

  /** Marks a host for replacement. Watches continue in the next one. */
  #replace(host: HostProcess, fault: string): void {
    if (this.#current === host) {
      this.#current = undefined
      host.failWatches(new BindingLost(host.name, `${fault} and is being replaced`))
    }
    this.#faults.set(host, fault)
    this.#endIfUseless(host, fault)
  }

  #closed(host: HostProcess, handle: number): void {
    this.#hosts.get(host)?.delete(handle)
    const fault = this.#faults.get(host)
    if (fault !== undefined) this.#endIfUseless(host, fault)
  }

  #endIfUseless(host: HostProcess, fault: string): void {
    const stuck = host.stuck()
    const useful = [...(this.#hosts.get(host) ?? [])].filter((handle) => !stuck.has(handle))
    if (useful.length === 0) host.kill(`${fault} and was terminated`)
  }
}
