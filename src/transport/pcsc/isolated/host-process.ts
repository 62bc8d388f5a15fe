import { type ChildProcess, fork } from 'node:child_process'
import { Socket } from 'node:net'
import { copyBytes, fromHex } from '../../../bytes.ts'
import { TransportError } from '../../../errors.ts'
import { BindingLost, type PcscObserver } from '../binding.ts'
import { withResolvers } from '../deadline.ts'
import { publishBinding } from '../observation.ts'
import { decodeMessage, type Frame, FrameReader, FrameWriter, frameKind } from './frames.ts'
import { type HostAnswer, type HostNews, type HostRequest, receiveError, type WatchNews } from './messages.ts'

/** Settings of a host process. Times in milliseconds. */
export interface HostSettings {
  /** Path of the compiled `host.ts`. */
  readonly program: string | URL
  /** Name of a binding, empty for the first that can be loaded, or the URL of a module that exports one. */
  readonly binding: string
  /** Longest time without a frame from a running host. */
  readonly hangMs: number
  /** Memory at which it is terminated, bytes. */
  readonly memoryBytes: number
  readonly apduTimeoutMs: number
  readonly connectTimeoutMs: number
}

/** Callbacks to the owner of a host. */
export interface HostObserver {
  /** Memory of the process, bytes, after each heartbeat. */
  memory(bytes: number): void
  /** Calls have exceeded their time limit. */
  overdue(): void
}

interface Call {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  /** Deadline, `performance.now()`. */
  readonly due: number
  readonly handle: number | undefined
}

interface Watch {
  readonly observer: PcscObserver
  started: boolean
}

const longestStart = 15_000
/** Milliseconds added to the time limit of a call: the layer above the binding abandons it first. */
const grace = 250
/** Milliseconds to wait for the exit of a killed process before its calls fail. */
const killWaitMs = 500
/** Heap limit, megabytes; the host has few JavaScript objects. */
const heap = 64
/** Heartbeats per `hangMs`. */
const beats = 4

/**
 * Parent side of the child process that holds the binding. Not restarted: a lost process is replaced by a new instance.
 */
export class HostProcess {
  readonly #settings: HostSettings
  readonly #observer: HostObserver
  readonly #child: ChildProcess
  readonly #socket: Socket
  readonly #reader = new FrameReader()
  readonly #writer: FrameWriter
  readonly #calls = new Map<number, Call>()
  readonly #watches = new Map<number, Watch>()
  readonly #seen = new Map<string, ReturnType<typeof withResolvers<void>>>()
  readonly #ready = withResolvers<void>()
  readonly #exited = withResolvers<void>()
  readonly #heart: NodeJS.Timeout
  readonly #begun: number = performance.now()
  #last = 0
  #isReady = false
  #missed = 0
  #name = 'the PC/SC binding'
  #probes = false
  #reason: string | undefined
  #lost: BindingLost | undefined

  constructor(settings: HostSettings, observer: HostObserver) {
    this.#settings = settings
    this.#observer = observer
    const child = fork(settings.program, [settings.binding], {
      execArgv: [`--max-old-space-size=${heap}`],
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'ipc'],
    })
    this.#child = child
    // Only the pipe keeps this process alive, until it closes; the IPC channel of `fork` is not used.
    child.channel?.unref()
    // Without free file descriptors there is neither pipe nor process.
    this.#socket = (child.stdio?.[3] as Socket | undefined) ?? new Socket()
    this.#writer = new FrameWriter(this.#socket)
    this.#socket.on('data', (piece) => this.#read(piece))
    this.#socket.on('error', () => {}) // 'close' of the child follows
    child.on('error', (error) => {
      if (child.pid !== undefined) return
      this.#end(`could not be started: ${error.message}`)
      this.#exited.resolve()
    })
    child.once('close', (code, signal) => {
      this.#end(this.#reason ?? `ended (${signal ?? `exit code ${code}`})`)
      this.#exited.resolve()
    })
    this.#heart = setInterval(() => this.#beat(), settings.hangMs / beats).unref()
  }

  /** Name of the binding, once {@link ready}. */
  get name(): string {
    return this.#name
  }

  /** Whether the binding supports `probe`. */
  get probes(): boolean {
    return this.#probes
  }

  /** Why the process is unusable. */
  get lost(): BindingLost | undefined {
    return this.#lost
  }

  /** Whether calls may be sent: not ended and not being terminated. */
  get usable(): boolean {
    return this.#lost === undefined && this.#reason === undefined
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Resolves when the binding is loaded. @throws TransportError `ERR_BINDING_MISSING`. */
  ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Resolves when the process has exited. */
  exited(): Promise<void> {
    return this.#exited.promise
  }

  request(message: HostRequest, handle?: number, limitMs: number = this.#settings.connectTimeoutMs): Promise<unknown> {
    const { promise, number } = this.#call(limitMs, handle)
    if (this.#lost === undefined) this.#writer.message(number, message)
    return promise
  }

  transmit(handle: number, command: Uint8Array): Promise<Uint8Array> {
    const { promise, number } = this.#call(this.#settings.apduTimeoutMs, handle)
    if (this.#lost === undefined) this.#writer.bytes(number, command, handle)
    return promise as Promise<Uint8Array>
  }

  /** Starts a watch; its events go to the observer until it is stopped. */
  async watch(observer: PcscObserver): Promise<() => Promise<void>> {
    const number = ++this.#last
    const watch: Watch = { observer, started: false }
    this.#watches.set(number, watch)
    try {
      await this.request({ ask: 'watch', watch: number })
    } catch (error) {
      this.#watches.delete(number)
      throw error
    }
    watch.started = true
    return async () => {
      this.#watches.delete(number)
      await this.request({ ask: 'unwatch', watch: number })
    }
  }

  /** Resolves when a watch in this host has reported the reader: a binding may know a reader only from then on. */
  seen(reader: string): Promise<void> {
    return this.#sight(reader).promise
  }

  /** Fails every watch. */
  failWatches(error: BindingLost): void {
    for (const [number, { observer, started }] of this.#watches) {
      if (!started) continue
      this.#watches.delete(number)
      observer.failed(error)
    }
  }

  /** Handles with an overdue call. */
  stuck(): ReadonlySet<number> {
    const now = performance.now()
    const late = [...this.#calls.values()].filter(({ due }) => due < now)
    return new Set(late.map(({ handle }) => handle).filter((handle) => handle !== undefined))
  }

  /** Sets whether the host keeps this process alive; it ends with this process in any case. */
  keepAlive(isNeeded: boolean): void {
    const change = isNeeded ? 'ref' : 'unref'
    this.#child[change]()
    this.#socket[change]()
  }

  /** Terminates the process. Every pending call fails with the reason. */
  kill(reason: string): void {
    if (this.#lost !== undefined || this.#reason !== undefined) return
    this.#reason = reason
    this.#child.kill('SIGKILL')
    setTimeout(() => this.#end(reason), killWaitMs).unref()
  }

  #call(limitMs: number, handle: number | undefined): { promise: Promise<unknown>; number: number } {
    this.#last = this.#last === 0xffff_ffff ? 1 : this.#last + 1
    const number = this.#last
    const promise = new Promise<unknown>((resolve, reject) => {
      if (this.#lost !== undefined) reject(this.#lost)
      else this.#calls.set(number, { resolve, reject, due: performance.now() + limitMs + grace, handle })
    })
    return { promise, number }
  }

  #read(piece: Buffer): void {
    try {
      this.#reader.push(piece, (frame) => this.#receive(frame))
    } catch {
      this.kill('sent an invalid response and was terminated')
    }
  }

  #receive(frame: Frame): void {
    this.#missed = 0
    const { kind, call: number, body } = frame
    if (number === 0) {
      this.#onHostNews(decodeMessage(frame) as HostNews)
      return
    }
    const call = this.#calls.get(number)
    this.#calls.delete(number)
    if (kind === frameKind.bytes) call?.resolve(copyBytes(body))
    else settle(call, decodeMessage(frame) as HostAnswer)
  }

  #onHostNews(news: HostNews): void {
    if (news.news === 'ready') {
      this.#name = news.name
      this.#probes = news.probes
      this.#isReady = true
      publishBinding({ event: 'binding-started', transport: this.#name })
      this.#ready.resolve()
    } else if (news.news === 'unusable') {
      const { code, message } = news.error
      this.#ready.reject(code === 'ERR_BINDING_MISSING' ? new TransportError(code, message) : receiveError(news.error))
      this.kill('has no binding')
    } else {
      this.#onWatchNews(news)
    }
  }

  #onWatchNews(news: WatchNews): void {
    const observer = this.#watches.get(news.watch)?.observer
    if (news.news === 'failed') {
      observer?.failed(receiveError(news.error))
    } else if (news.news === 'gone') {
      this.#seen.delete(news.reader)
      observer?.gone(news.reader)
    } else {
      this.#sight(news.reader).resolve()
      observer?.changed(news.reader, news.state, news.atr === undefined ? undefined : fromHex(news.atr))
    }
  }

  #sight(reader: string): ReturnType<typeof withResolvers<void>> {
    const known = this.#seen.get(reader) ?? withResolvers<void>()
    this.#seen.set(reader, known)
    return known
  }

  /**
   * Heartbeats are counted, not timed: after this process itself was stopped or busy, one beat passes, and then the
   * frames the host has sent meanwhile are read.
   */
  #beat(): void {
    const now = performance.now()
    if (!this.#isReady) {
      if (now - this.#begun > longestStart) this.kill(`did not start within ${longestStart} ms`)
      return
    }
    if (++this.#missed === beats) {
      this.kill(`sent nothing for ${this.#settings.hangMs} ms`)
      return
    }
    this.request({ ask: 'ping' }).then(
      (memory) => this.#checkMemory(Number(memory)),
      () => {},
    )
    if ([...this.#calls.values()].some(({ due }) => due < now)) this.#observer.overdue()
  }

  #checkMemory(memory: number): void {
    const { memoryBytes } = this.#settings
    publishBinding({ event: 'binding-memory', transport: this.#name, memoryBytes: memory })
    if (memory > memoryBytes) this.kill(`exceeded its memory limit of ${Math.round(memoryBytes / 2 ** 20)} MiB`)
    else this.#observer.memory(memory)
  }

  #end(reason: string): void {
    if (this.#lost !== undefined) return
    const lost = new BindingLost(this.#name, reason)
    publishBinding({ event: 'binding-lost', transport: this.#name, reason })
    this.#lost = lost
    clearInterval(this.#heart)
    this.#socket.destroy()
    this.#ready.reject(lost)
    for (const call of this.#calls.values()) call.reject(lost)
    this.#calls.clear()
    this.failWatches(lost)
  }
}

function settle(call: Call | undefined, answer: HostAnswer): void {
  if ('error' in answer) call?.reject(receiveError(answer.error))
  else call?.resolve(answer.value)
}
