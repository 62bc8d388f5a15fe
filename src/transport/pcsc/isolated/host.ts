/**
 * The program of the child process that holds the binding; it only passes calls on. Started by `host-process.ts` with
 * the name of the binding, or the URL of a module that exports one, as argument; frames use file descriptor 3. One
 * file, also when bundled, since its guard thread is started from the same file.
 */

import { Socket } from 'node:net'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { copyBytes, fromHex, toHex } from '../../../bytes.ts'
import type { PcscBinding, PcscHandle, PcscWatch } from '../binding.ts'
import { type BindingName, loadBinding, loadBindingModule } from '../load-binding.ts'
import { decodeMessage, type Frame, FrameReader, FrameWriter, frameKind, handleLength, readNumber } from './frames.ts'
import { type HostNews, type HostRequest, type SentHandle, sendError, type WatchNews } from './messages.ts'

/** Interval at which the guard checks for the application, milliseconds. */
const guardMs = 1000

/**
 * Guard thread: kills the host when the application has ended. The end of the pipe shows this too, but only to a main
 * thread that does not hang in the binding.
 *
 * @param parent - process id of the application, passed in because it may have ended before this thread starts.
 */
function guard(parent: number): void {
  const look = (): void => {
    if (process.ppid !== parent || !isThere(parent)) process.kill(process.pid, 'SIGKILL')
  }
  setInterval(look, guardMs)
  look()
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The calls of the application, carried out with one binding. */
class Host {
  readonly #frames = new FrameReader()
  readonly #out: FrameWriter
  readonly #binding: PcscBinding
  readonly #watches = new Map<number, PcscWatch>()
  readonly #handles = new Map<number, PcscHandle>()
  #lastHandle = 0

  constructor(binding: PcscBinding, out: FrameWriter) {
    this.#binding = binding
    this.#out = out
  }

  /** @throws RangeError for an invalid frame. */
  receive(piece: Uint8Array): void {
    this.#frames.push(piece, (frame) => this.#take(frame))
  }

  #take(frame: Frame): void {
    const { call } = frame
    const refuse = (error: unknown): void => this.#out.message(call, { error: sendError(error) })
    if (frame.kind === frameKind.bytes)
      this.#transmit(frame.body).then((answer) => this.#sendBytes(call, answer), refuse)
    else this.#request(decodeMessage(frame) as HostRequest).then((value) => this.#out.message(call, { value }), refuse)
  }

  #sendBytes(call: number, bytes: Uint8Array): void {
    this.#out.bytes(call, bytes)
    bytes.fill(0)
  }

  async #transmit(body: Uint8Array): Promise<Uint8Array> {
    const handle = this.#handleOf(readNumber(body, 0))
    const command = copyBytes(body, handleLength)
    try {
      return await handle.transmit(command)
    } finally {
      command.fill(0)
    }
  }

  async #request(message: HostRequest): Promise<unknown> {
    switch (message.ask) {
      case 'ping':
        return process.memoryUsage.rss()
      case 'probe':
        return this.#binding.probe?.()
      case 'watch':
        return this.#watch(message.watch)
      case 'unwatch':
        return this.#unwatch(message.watch)
      case 'connect':
        return this.#keep(++this.#lastHandle, await this.#binding.connect(message.reader, message.share))
      case 'control':
        return toHex(await this.#control(message.handle, message.code, fromHex(message.data)))
      case 'reconnect': {
        const { handle, share, disposition } = message
        return this.#keep(handle, await this.#handleOf(handle).reconnect(share, disposition))
      }
      case 'disconnect':
        await this.#handleOf(message.handle).disconnect(message.disposition)
        this.#handles.delete(message.handle)
        return undefined
    }
  }

  async #control(number: number, code: number, data: Uint8Array): Promise<Uint8Array> {
    const handle = this.#handleOf(number)
    if (handle.control === undefined) throw new Error('no control transfers')
    // The parent enforces the time limit.
    return handle.control(code, data, Number.POSITIVE_INFINITY)
  }

  #watch(number: number): void {
    const running = this.#binding.watch({
      changed: (reader, state, atr) =>
        this.#send({ news: 'changed', watch: number, reader, state, ...(atr !== undefined && { atr: toHex(atr) }) }),
      gone: (reader) => this.#send({ news: 'gone', watch: number, reader }),
      failed: (error) => this.#send({ news: 'failed', watch: number, error: sendError(error) }),
    })
    this.#watches.set(number, running)
  }

  async #unwatch(number: number): Promise<void> {
    const running = this.#watches.get(number)
    this.#watches.delete(number)
    await running?.stop()
  }

  #keep(number: number, handle: PcscHandle): SentHandle {
    this.#handles.set(number, handle)
    const { atr, cardEvents } = handle
    return {
      handle: number,
      controls: handle.control !== undefined,
      ...(atr !== undefined && { atr: toHex(atr) }),
      ...(cardEvents !== undefined && { cardEvents }),
    }
  }

  #send(news: WatchNews): void {
    this.#out.message(0, news)
  }

  #handleOf(number: number): PcscHandle {
    const handle = this.#handles.get(number)
    if (handle === undefined) throw new Error('unknown handle')
    return handle
  }
}

/** Loads the binding and serves it until the application ends. */
async function serve(which: string): Promise<void> {
  const socket = new Socket({ fd: 3, readable: true, writable: true })
  const out = new FrameWriter(socket)
  const send = (news: HostNews): void => out.message(0, news)
  // Signals to the process group are for the application, which still has to clear PINs through this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  socket.on('error', end)
  socket.on('close', end)
  // Passed in: the application may have ended before the thread starts.
  new Worker(process.argv[1]!, { workerData: process.ppid }).unref()
  try {
    const binding = await load(which)
    const host = new Host(binding, out)
    send({ news: 'ready', name: binding.name, probes: binding.probe !== undefined })
    socket.on('data', (piece) => host.receive(piece))
  } catch (error) {
    send({ news: 'unusable', error: sendError(error) })
  }
}

/** Not `process.exit`: it would wait for a thread that may hang in a reader driver. */
function end(): void {
  process.kill(process.pid, 'SIGKILL')
}

function load(which: string): Promise<PcscBinding> {
  if (which.includes(':')) return loadBindingModule(which)
  return loadBinding(which === '' ? undefined : (which as BindingName))
}

if (isMainThread) void serve(process.argv[2] ?? '')
else guard(Number(workerData))
