import { addAbortSignal, type Readable } from 'node:stream'
import { concat } from '../../bytes.ts'
import { TransportError } from '../../errors.ts'
import { readText, strictText } from '../bounded-file.ts'
import { CliError, withFile } from '../cli-error.ts'
import type { Io } from '../io.ts'

/** Longest input, bytes: more than a swipe in any form. */
const longest = 65_536
const lineFeed = 0x0a

/** Text of a swipe: of a file, or of standard input; at a terminal one line, as a reader that types ends with Enter. */
export function readSwipeText(io: Io, file: string | undefined): Promise<string> {
  return file === undefined || file === '-' ? readInput(io) : readText(file, longest)
}

async function readInput(io: Io): Promise<string> {
  const { stdin, signal } = io
  const parts: Uint8Array[] = []
  let length = 0
  await withFile('cannot-read', async () => {
    try {
      for await (const chunk of addAbortSignal<Readable>(signal, stdin)) {
        const part = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array)
        length += part.length
        if (length > longest) throw new CliError('ERR_FILE', 'too-large', String(longest))
        parts.push(part)
        if (stdin.isTTY && part.includes(lineFeed)) break
      }
    } catch (error) {
      if (signal.aborted) throw new TransportError('ERR_ABORTED', 'interrupted while a swipe was read')
      throw error
    }
  })
  return strictText(concat(...parts))
}
