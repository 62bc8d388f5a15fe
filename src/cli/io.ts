import type { Readable } from 'node:stream'
import type { VirtualCard, VirtualCardOptions, VpcdAttachment, VpcdOptions } from '../emulator/index.ts'
import type { CardTransport } from '../transport/index.ts'
import type { System } from './doctor/system.ts'

/** Where text goes. What is optional exists on the streams of the process. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined
  /** Width of a terminal. */
  readonly columns?: number | undefined
  write(chunk: string | Uint8Array): unknown
  /** Why something could not be written. */
  readonly failure?: NodeJS.ErrnoException | undefined
  /** Lines dropped as a log. */
  readonly dropped?: number
  /** Resolves when everything is written, or that failed. */
  flushed?(): Promise<void>
  /** From now on lines that cannot be written are dropped, and `lost` is called for the first of them. */
  becomeLog?(lost: (reason: string) => void): void
}

/** Where PINs and piped files come from. `setRawMode` exists on terminals. */
export type InputStream = Readable & {
  readonly isTTY?: boolean | undefined
  setRawMode?(raw: boolean): unknown
}

/** A terminal opened beside standard input, which must be closed again. */
export type Terminal = InputStream & { destroy(): unknown }

/** What the commands reach the world by; each can be replaced by whoever calls `main`. */
export interface Dependencies {
  openPcsc(options: {
    readonly binding?: 'pcsc-mini' | 'pcsclite'
    readonly isolated?: boolean
  }): Promise<CardTransport>
  createVirtualCard(options: VirtualCardOptions): Promise<VirtualCard>
  /** Path of this program, for the demonstration's second process. */
  readonly serverProgram: string
  /** The terminal beside standard input. */
  openTerminal(): Terminal | undefined
  /** What `doctor` looks at. */
  readonly system: System
  loadBinding(name: 'pcsc-mini' | 'pcsclite'): Promise<unknown>
  attachToVpcd(card: VirtualCard, options: VpcdOptions): Promise<VpcdAttachment>
}

/** Reason of an abort because standard output cannot be written. */
export const outputFailed = 'output-failed'

/** Everything `main` knows of the process it runs in. */
export interface Io {
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by Ctrl-C and the like; the reason is the name of the signal, or {@link outputFailed}. */
  readonly signal: AbortSignal
  /** Makes SIGHUP call `reload` from now on, instead of interrupting. */
  readonly onHangup?: ((reload: () => void) => void) | undefined
  readonly dependencies?: Partial<Dependencies> | undefined
}
