import { openSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import type { Terminal } from './io.ts'

/** The terminal of the person, for when standard input carries a file; `undefined` when there is none. */
export function openTerminal(): Terminal | undefined {
  try {
    return new ReadStream(openSync(process.platform === 'win32' ? '\\\\.\\CONIN$' : '/dev/tty', 'r+'))
  } catch {
    return undefined
  }
}
