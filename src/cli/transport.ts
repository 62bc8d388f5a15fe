import type { VirtualCard, VirtualCardOptions } from '../emulator/index.ts'
import type { CardTransport } from '../transport/index.ts'
import type { Options } from './arguments.ts'
import { usageError } from './cli-error.ts'
import type { Context } from './context.ts'
import type { Io } from './io.ts'
import {
  binding,
  identity,
  isolated,
  kind,
  noDirectReference,
  noExtendedLength,
  noShortFileId,
  virtual,
} from './options.ts'

/**
 * What the options say about a virtual card.
 *
 * @throws CliError `ERR_USAGE` naming the wrong field of the file of `--identity`, `ERR_FILE`.
 */
export async function virtualCardOptions(options: Options, contactless = false): Promise<VirtualCardOptions> {
  const file = options.get(identity)
  return {
    ...(file !== undefined && (await readIdentity(file, options.has(kind)))),
    ...(options.has(kind) && { kind: options.get(kind) }),
    capabilities: {
      shortFileId: !options.has(noShortFileId),
      extendedLength: !options.has(noExtendedLength),
      directReference: !options.has(noDirectReference),
    },
    interface: contactless ? 'contactless' : 'contact',
    keepLog: false,
  }
}

/** @param alone - the identity only, without what the file says about the card. */
async function readIdentity(file: string, alone: boolean): Promise<VirtualCardOptions> {
  const { importCard, importIdentity } = await import('../emulator/index.ts')
  const { readText } = await import('./bounded-file.ts')
  const text = await readText(file)
  try {
    return alone ? { identity: await importIdentity(text) } : await importCard(text)
  } catch (error) {
    if (error instanceof TypeError) throw usageError('bad-identity', error.message)
    throw error
  }
}

/** A new virtual card. Loaded on demand: generating keys takes seconds and further modules. */
export async function makeVirtualCard(io: Io, options: VirtualCardOptions): Promise<VirtualCard> {
  const create = io.dependencies?.createVirtualCard ?? (await import('../emulator/index.ts')).createVirtualCard
  return create(options)
}

/** The virtual reader in process, with a card in it. */
export async function virtualTransport(card: VirtualCard): Promise<CardTransport> {
  const { VirtualTransport } = await import('../emulator/index.ts')
  return new VirtualTransport({ card })
}

/** The transport selected by the options. */
export async function openTransport(context: Context): Promise<CardTransport> {
  const { io, options, replay } = context
  if (replay !== undefined) return (await import('./replay-transport.ts')).replayTransport(replay)
  if (options.has(virtual)) {
    context.virtualCard = await makeVirtualCard(io, await virtualCardOptions(options))
    return virtualTransport(context.virtualCard)
  }
  const open = io.dependencies?.openPcsc ?? (await import('../transport/pcsc/index.ts')).openPcsc
  const name = options.get(binding)
  return open({ ...(name !== undefined && { binding: name }), ...(options.has(isolated) && { isolated: true }) })
}
