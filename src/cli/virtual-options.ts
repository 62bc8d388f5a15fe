import type { VirtualCardOptions } from '../emulator/index.ts'
import type { Options } from './arguments.ts'
import { kind, noDirectReference, noExtendedLength, noShortFileId } from './options.ts'

/** What the options say about a virtual card. */
export function virtualCardOptions(options: Options, contactless = false): VirtualCardOptions {
  return {
    kind: options.get(kind) ?? 'my-number',
    capabilities: {
      shortFileId: !options.has(noShortFileId),
      extendedLength: !options.has(noExtendedLength),
      directReference: !options.has(noDirectReference),
    },
    interface: contactless ? 'contactless' : 'contact',
    keepLog: false,
  }
}
