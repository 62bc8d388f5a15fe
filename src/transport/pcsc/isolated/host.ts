/**
 * The program of the child process that holds the binding: it only carries calls. Started by `host-process.ts`, with the
 * binding's name, or the address of a module that exports one, as its argument; frames pass through file descriptor 3.
 */

import { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { copyBytes, fromHex, toHex } from '../../../bytes.ts'
import type { PcscBinding, PcscHandle, PcscWatch } from '../binding.ts'
import { type BindingName, loadBinding, loadBindingModule } from '../load-binding.ts'
import { decodeMessage, type Frame, FrameReader, FrameWriter, frameKind, handleLength, readNumber } from './frames.ts'
import { type HostNews, type HostRequest, type SentHandle, sendError } from './messages.ts'

const socket = new Socket({ fd: 3, readable: true, writable: true })
const frames = new FrameReader()
const out = new FrameWriter(socket)
const watches = new Map<number, PcscWatch>()
const handles = new Map<number, PcscHandle>()
let lastHandle = 0
let binding: PcscBinding

/** Not `process.exit`: that waits for a thread that may be stuck in a reader's driver. */
const end = (): void => void process.kill(process.pid, 'SIGKILL')

// A signal to the whole group is for the application: it still has PINs to clear through this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
socket.on('error', end)
socket.on('close', end)
// Known from here: the thread may begin only when the application is gone already.
new Worker(new URL('./host-guard.js', import.meta.url), { workerData: process.ppid }).unref()

const tell = (news: HostNews): void => out.message(0, news)

try {
  binding = await load(process.argv[2] ?? '')
  tell({ news: 'ready', name: binding.name, probes: binding.probe !== undefined })
  socket.on('data', (piece) => frames.push(piece, take))
} catch (error) {
  tell({ news: 'unusable', error: sendError(error) })
}

function load(which: string): Promise<PcscBinding> {
  if (which.includes(':')) return loadBindingModule(which)
  return loadBinding(which === '' ? undefined : (which as BindingName))
}

function take(frame: Frame): void {
  const { call } = frame
  const refuse = (error: unknown): void => out.message(call, { error: sendError(error) })
  if (frame.kind === frameKind.bytes) transmit(frame.body).then((answer) => sendBytes(call, answer), refuse)
  else request(decodeMessage(frame) as HostRequest).then((value) => out.message(call, { value }), refuse)
}

function sendBytes(call: number, bytes: Uint8Array): void {
  out.bytes(call, bytes)
  bytes.fill(0)
}

async function transmit(body: Uint8Array): Promise<Uint8Array> {
  const handle = handleOf(readNumber(body, 0))
  const command = copyBytes(body, handleLength)
  try {
    return await handle.transmit(command)
  } finally {
    command.fill(0)
  }
}

async function request(message: HostRequest): Promise<unknown> {
  switch (message.ask) {
    case 'ping':
      return process.memoryUsage.rss()
    case 'probe':
      return binding.probe?.()
    case 'watch':
      return watch(message.watch)
    case 'unwatch':
      return unwatch(message.watch)
    case 'connect':
      return keep(++lastHandle, await binding.connect(message.reader, message.share))
    case 'control':
      return toHex(await control(message.handle, message.code, fromHex(message.data)))
    case 'reconnect': {
      const { handle, share, disposition } = message
      return keep(handle, await handleOf(handle).reconnect(share, disposition))
    }
    case 'disconnect':
      await handleOf(message.handle).disconnect(message.disposition)
      handles.delete(message.handle)
      return undefined
  }
}

async function control(number: number, code: number, data: Uint8Array): Promise<Uint8Array> {
  const handle = handleOf(number)
  if (handle.control === undefined) throw new Error('no control transfers')
  // The time limit is kept on the other side.
  return handle.control(code, data, Number.POSITIVE_INFINITY)
}

function watch(number: number): void {
  const running = binding.watch({
    changed: (reader, state, atr) =>
      tell({ news: 'changed', watch: number, reader, state, ...(atr !== undefined && { atr: toHex(atr) }) }),
    gone: (reader) => tell({ news: 'gone', watch: number, reader }),
    failed: (error) => tell({ news: 'failed', watch: number, error: sendError(error) }),
  })
  watches.set(number, running)
}

async function unwatch(number: number): Promise<void> {
  const running = watches.get(number)
  watches.delete(number)
  await running?.stop()
}

function keep(number: number, handle: PcscHandle): SentHandle {
  handles.set(number, handle)
  const { atr, cardEvents } = handle
  return {
    handle: number,
    controls: handle.control !== undefined,
    ...(atr !== undefined && { atr: toHex(atr) }),
    ...(cardEvents !== undefined && { cardEvents }),
  }
}

function handleOf(number: number): PcscHandle {
  const handle = handles.get(number)
  if (handle === undefined) throw new Error('no such handle')
  return handle
}
