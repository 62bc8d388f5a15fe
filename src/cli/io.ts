import type { Readable } from 'node:stream'
import type { VirtualCard, VirtualCardOptions, VpcdAttachment, VpcdOptions } from '../emulator/index.ts'
import type { CardTransport } from '../transport/index.ts'
import type { System } from './doctor/system.ts'

/** An output stream. Optional members exist on the streams of the process. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined
  /** Width of a terminal. */
  readonly columns?: number | undefined
  write(chunk: string | Uint8Array): unknown
  /** The first write error. */
  readonly failure?: NodeJS.ErrnoException | undefined
  /** Lines dropped in log mode. */
  readonly dropped?: number
  /** Resolves when everything is written, or writing has failed. */
  flushed?(): Promise<void>
  /** Switches to log mode: lines that cannot be written are dropped, and `lost` is called for the first of them. */
  becomeLog?(lost: (reason: string) => void): void
}

/** The input stream of PINs and piped files. `setRawMode` exists on terminals. */
export type InputStream = Readable & {
  readonly isTTY?: boolean | undefined
  setRawMode?(raw: boolean): unknown
}

/** A terminal opened beside standard input, which must be closed again. */
export type Terminal = InputStream & { destroy(): unknown }

/** External dependencies of the commands; each can be replaced by the caller of `main`. */
export interface Dependencies {
  openPcsc(options: {
    readonly binding?: 'pcsc-mini' | 'pcsclite'
    readonly isolated?: boolean
  }): Promise<CardTransport>
  createVirtualCard(options: VirtualCardOptions): Promise<VirtualCard>
  /** Path of this program, for the demonstration's second process. */
  readonly serverProgram: string
  /** Opens the controlling terminal when standard input is not a terminal. */
  openTerminal(): Terminal | undefined
  /** The system examined by `doctor`. */
  readonly system: System
  loadBinding(name: 'pcsc-mini' | 'pcsclite'): Promise<unknown>
  attachToVpcd(card: VirtualCard, options: VpcdOptions): Promise<VpcdAttachment>
}

/** Reason of an abort because standard output cannot be written. */
export const outputFailed = 'output-failed'

/** The process environment of `main`. */
export interface Io {
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by Ctrl-C and the like; the reason is the name of the signal, or {@link outputFailed}. */
  readonly signal: AbortSignal
  /** Makes SIGHUP call `reload` instead of interrupting. */
  readonly onHangup?: ((reload: () => void) => void) | undefined
  readonly dependencies?: Partial<Dependencies> | undefined
}
