import { isMainThread } from 'node:worker_threads'
import { TransportError } from '../../errors.ts'
import type { PcscBinding } from './binding.ts'
import { type MiniAddon, PcscMini } from './pcsc-mini.ts'
import { Pcsclite, type PcscliteFactory } from './pcsclite.ts'

/** Names of the PC/SC bindings this package has adapters for, the preferred one first. */
export const bindingNames: readonly ['pcsc-mini', 'pcsclite'] = ['pcsc-mini', 'pcsclite']

/** Name of a PC/SC binding with an adapter here. */
export type BindingName = (typeof bindingNames)[number]

/** Specifiers are not literals so that type checking does not need the packages. */
const loaders: Record<BindingName, () => Promise<PcscBinding>> = {
  'pcsc-mini': async () => new PcscMini((await importDefault('pcsc-mini/build/addon.node.js')) as MiniAddon),
  pcsclite: async () => {
    if (!isMainThread) throw new Error('pcsclite crashes the process when loaded in a worker thread; use pcsc-mini')
    return new Pcsclite((await importDefault('pcsclite')) as PcscliteFactory)
  },
}

/**
 * Loads the adapter for one binding, or without a name for the first that can be loaded.
 *
 * @throws TransportError `ERR_BINDING_MISSING`, with the reasons in the message.
 */
export async function loadBinding(name?: BindingName): Promise<PcscBinding> {
  const failures: unknown[] = []
  for (const candidate of name === undefined ? bindingNames : [name]) {
    try {
      return await loaders[candidate]()
    } catch (error) {
      failures.push(error)
    }
  }
  const reasons = failures.map((error) => (error instanceof Error ? error.message.split('\n')[0] : String(error)))
  throw new TransportError(
    'ERR_BINDING_MISSING',
    `no PC/SC binding: npm install ${name ?? bindingNames[0]} (on Linux also the system package libpcsclite1). ` +
      reasons.join('; '),
    { cause: failures.length === 1 ? failures[0] : new AggregateError(failures) },
  )
}

/** The default export of a module: a binding of the application. */
export async function loadBindingModule(address: string): Promise<PcscBinding> {
  return (await importDefault(address)) as PcscBinding
}

async function importDefault(specifier: string): Promise<unknown> {
  const module: { readonly default?: unknown } = await import(specifier)
  return module.default
}
