import type { VirtualCardKind, VirtualCardOptions } from '../emulator/index.ts'
import type { Options } from './options.ts'

/** What the options say about a virtual card. `kind` is the name of the option that tells it. */
export function virtualCardOptions(options: Options, kind: 'kind' | 'virtual-kind'): VirtualCardOptions {
  return {
    kind: (options.get(kind) ?? 'my-number') as VirtualCardKind,
    capabilities: {
      shortFileId: !options.has('no-short-file-id'),
      extendedLength: !options.has('no-extended-length'),
      directReference: !options.has('no-direct-reference'),
    },
    interface: options.has('contactless') ? 'contactless' : 'contact',
    keepLog: false,
  }
}
