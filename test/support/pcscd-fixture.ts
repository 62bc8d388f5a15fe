import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { CardTransport, ReaderEvent } from '../../src/transport/connection.ts'
import { type BindingName, openPcsc, type PcscOptions } from '../../src/transport/pcsc/index.ts'
import { compile } from './compiled.ts'
import { MiniCard, type MiniCardOptions } from './mini-card.ts'
import type { Pcscd } from './pcscd.ts'

export const readerNames = ['Virtual PCD 00 00', 'Virtual PCD 00 01'] as const
const root = fileURLToPath(new URL('../..', import.meta.url))

/** What one conformance case works with; everything it made is taken down afterwards. */
export class Fixture {
  readonly binding: BindingName
  readonly pcscd: Pcscd
  readonly #cleanups: (() => unknown)[] = []

  constructor(binding: BindingName, pcscd: Pcscd) {
    this.binding = binding
    this.pcscd = pcscd
  }

  async open(options: PcscOptions = {}): Promise<CardTransport> {
    const transport = await openPcsc({ binding: this.binding, ...options })
    this.#cleanups.push(() => transport.close())
    return transport
  }

  async insert(options: MiniCardOptions = {}): Promise<MiniCard> {
    const card = await MiniCard.insert(options)
    this.#cleanups.push(() => card.pull())
    return card
  }

  /** A transport with a card in the first reader. */
  async withCard(options: MiniCardOptions = {}, pcsc: PcscOptions = {}) {
    const card = await this.insert(options)
    const transport = await this.open(pcsc)
    await transport.waitForCard({ timeoutMs: 5000, reader: readerNames[options.slot ?? 0] })
    return { card, transport }
  }

  /** The same, connected. */
  async connected(options: MiniCardOptions = {}, pcsc: PcscOptions = {}, exclusive = true) {
    const made = await this.withCard(options, pcsc)
    return { ...made, connection: await made.transport.connect(readerNames[options.slot ?? 0], { exclusive }) }
  }

  /** A second program at the first reader, see pcscd-other-program.mjs. */
  async otherProgram(mode: 'exclusive' | 'shared') {
    const script = join(root, 'test/support/pcscd-other-program.mjs')
    const { child, line } = this.#spawn([script, readerNames[0], mode])
    return {
      outcome: await line(),
      giveUp: async (disposition: 'leave' | 'reset' | 'unpower') => {
        child.stdin!.write(`${disposition}\n`)
        await line()
      },
    }
  }

  /** A Node.js program using the compiled package: `openPcsc` and `options` are defined for it. */
  program(body: string) {
    return this.#spawn(['--input-type=module', '-e', this.programText(body)])
  }

  programText(body: string): string {
    const entry = compiled('transport/pcsc/index.js')
    return `import { openPcsc } from ${JSON.stringify(entry)}
      const options = { binding: ${JSON.stringify(this.binding)} }
      const reader = ${JSON.stringify(readerNames[0])}
      ${body}`
  }

  async cleanUp(): Promise<void> {
    for (const cleanUp of this.#cleanups.reverse()) await cleanUp()
  }

  #spawn(args: readonly string[]) {
    const child: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd: root })
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
    const exit = once(child, 'exit') as Promise<[number | null, string | null]>
    this.#cleanups.push(() => child.kill('SIGKILL'))
    return { child, exit, line: async () => (await lines.next()).value as string | undefined }
  }
}

/** Follows the events of a transport. */
export function follow(transport: CardTransport) {
  const events: ReaderEvent[] = []
  const iterator = transport.watch()[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await iterator.next()
    if (done) throw new Error('the events ended')
    events.push(value)
    return value
  }
  return {
    events,
    /** Reads on until an event of the type is met. */
    async until(type: ReaderEvent['type'], reader?: string): Promise<void> {
      for (;;) {
        const event = await next()
        if (event.type === type && (reader === undefined || readerOf(event) === reader)) return
      }
    },
    /** Reads on until that many events of the type were met since the beginning. */
    async untilCount(type: ReaderEvent['type'], count: number): Promise<void> {
      while (events.filter((event) => event.type === type).length < count) await next()
    },
  }
}

export function readerOf(event: ReaderEvent): string | undefined {
  if (!('reader' in event)) return undefined
  return typeof event.reader === 'string' ? event.reader : event.reader.name
}

let compiledAt: ((path: string) => string) | undefined

/** The transport as JavaScript, for processes and threads outside of the test runner: address of a file below `src`. */
export function compiled(path: string): string {
  compiledAt ??= compile('pcsc-tests', ['src/transport/pcsc/index.ts'])
  return compiledAt(`src/${path}`)
}
