import { PassThrough, type Readable } from 'node:stream'
import type { Dependencies, Io } from '../../src/cli/io.ts'
import { main } from '../../src/cli/main.ts'
import {
  createVirtualCard,
  type VirtualCard,
  type VirtualCardOptions,
  VirtualTransport,
} from '../../src/emulator/index.ts'
import type { CardTransport } from '../../src/transport/index.ts'
import { commandLine } from '../support/slot.ts'
import { identity } from '../support/virtual.ts'

/** How one command line is run in a test. */
export interface Setting {
  /** Standard input; it then ends. Left out: a terminal when `keys` is given, else empty. */
  readonly stdin?: string | Uint8Array
  /** Typed at a terminal, one chunk each time the program asks. */
  readonly keys?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Options of the card behind `--virtual`. */
  readonly card?: VirtualCardOptions
  /** The way to readers without `--virtual`. */
  readonly transport?: CardTransport
  readonly stderrTTY?: boolean
  readonly dependencies?: Partial<Dependencies>
}

/** What one command line did. */
export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
  /** Standard output as one JSON object. */
  // biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
  readonly json: any
  /** What `setRawMode` was called with. */
  readonly raw: readonly boolean[]
  readonly everything: string
}

/** Runs a command line in process. */
export async function run(line: string | readonly string[], setting: Setting = {}): Promise<Outcome> {
  const argv = typeof line === 'string' ? line.split(' ') : line
  const raw: boolean[] = []
  const stdin = new PassThrough()
  const { keys } = setting
  if (keys === undefined) stdin.end(setting.stdin ?? '')
  const out: Buffer[] = []
  const err: Buffer[] = []
  const left = [...(keys ?? [])]
  const setRawMode = (on: boolean): void => {
    raw.push(on)
    const next = on ? left.shift() : undefined
    if (next !== undefined) setImmediate(() => stdin.write(next))
  }
  const io: Io = {
    stdin: keys === undefined ? stdin : Object.assign(stdin as Readable, { isTTY: true, setRawMode }),
    stdout: { write: (chunk) => out.push(Buffer.from(chunk)) },
    stderr: { isTTY: setting.stderrTTY, write: (chunk) => err.push(Buffer.from(chunk)) },
    env: setting.env ?? { LANG: 'C' },
    signal: setting.signal ?? new AbortController().signal,
    dependencies: {
      createVirtualCard: async (options) =>
        createVirtualCard({ identity: await identity(), ...options, ...setting.card }),
      openPcsc: async () => setting.transport ?? new VirtualTransport({ readers: [] }),
      openTerminal: () => undefined,
      serverProgram: commandLine,
      ...setting.dependencies,
    },
  }
  const code = await main(argv, io)
  const outText = Buffer.concat(out).toString()
  const errText = Buffer.concat(err).toString()
  return {
    code,
    out: outText,
    err: errText,
    get json() {
      return JSON.parse(outText)
    },
    raw,
    everything: outText + errText,
  }
}

/** A transport over a card of the shared person, which a test keeps in hand. */
export async function cardInReader(
  options: VirtualCardOptions = {},
): Promise<{ card: VirtualCard; transport: VirtualTransport }> {
  const card = await createVirtualCard({ identity: await identity(), ...options })
  return { card, transport: new VirtualTransport({ card, apduTimeoutMs: 300 }) }
}
