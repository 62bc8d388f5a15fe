import type { Pin } from '../card/index.ts'
import type { JpkiKey } from '../jpki/index.ts'
import { usageError } from './cli-error.ts'
import type { Io } from './io.ts'
import { SecretLines } from './line-reader.ts'
import { pinFromBytes } from './pin-bytes.ts'
import { promptHidden } from './prompt.ts'

/** Where PINs come from: a person at a terminal, or lines of standard input. Never arguments or the environment. */
export interface PinInput {
  /** A person is asked, so a question in vain should be spared. */
  readonly interactive: boolean
  /** @throws CliError `ERR_USAGE` when there is no way to give a PIN. Call it before the card is touched. */
  requireSource(): void
  /** The next PIN; the signature password is upper-cased. @param label - what a person is asked. */
  ask(pin: JpkiKey, label: string): Promise<Pin>
  /** Wipes what was read. */
  close(): void
}

/** The way PINs are given in this call. */
export function createPinInput(io: Io, fromStdin: boolean): PinInput {
  const upperCase = (pin: JpkiKey) => ({ upperCase: pin === 'sign' })
  if (fromStdin) {
    const lines = new SecretLines(io.stdin, io.signal)
    return {
      interactive: false,
      requireSource() {},
      ask: async (pin) => pinFromBytes(await lines.next(), upperCase(pin)),
      close: () => lines.close(),
    }
  }
  const interactive = io.stdin.isTTY === true
  const requireSource = (): void => {
    if (!interactive) throw usageError('no-terminal')
  }
  return {
    interactive,
    requireSource,
    async ask(pin, label) {
      requireSource()
      return pinFromBytes(await promptHidden(io, label), upperCase(pin))
    },
    close() {},
  }
}
