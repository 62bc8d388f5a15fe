import type { ChildProcess } from 'node:child_process'
import type { Browser } from 'playwright-core'

export interface RunningKiosk {
  /** Addresses of the pages. */
  readonly kiosks: readonly [string, string]
  readonly attendant: string
  readonly simulation: string
  /** With a tray for each kiosk, `kiosk-1` and `kiosk-2`. */
  readonly folder: string
  /** Address of the issuing server. */
  readonly server: string
  readonly child: ChildProcess
  /** As Ctrl-C. @returns its exit code. */
  stop(): Promise<number | null>
}
/** @param options of the command line */
export function startKiosk(options?: readonly string[]): Promise<RunningKiosk>
export function openBrowser(): Promise<Browser>
/** Debian's chromium. */
export const browserFile: string
