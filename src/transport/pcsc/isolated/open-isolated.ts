import { existsSync } from 'node:fs'
import { missingFile } from '../../../optional-package.ts'
import type { PcscBinding } from '../binding.ts'
import type { BindingName } from '../load-binding.ts'
import { toTransportError } from '../pcsc-errors.ts'
import { IsolatedBinding } from './isolated-binding.ts'

/** How the process that holds the binding is watched over. */
export interface IsolationOptions {
  /** Longest silence of the process before it is ended and replaced, milliseconds, at least 200. Default 3000. */
  readonly hangMs?: number | undefined
  /**
   * Memory of the process at which it is ended, bytes, at least 192 MiB. Default 512 MiB. At half of it the process is
   * replaced as soon as no connection is open in it.
   */
  readonly memoryBytes?: number | undefined
  /** A module whose default export is a `PcscBinding`, instead of one of the bindings known here. */
  readonly module?: URL | undefined
  /** Where `transport/pcsc/isolated/host.js` of this package is, for applications that were bundled: `docs/bundling.md`. */
  readonly program?: URL | string | undefined
}

const mebi = 2 ** 20

/**
 * Starts the process.
 *
 * @throws TransportError `ERR_BINDING_MISSING`, `ERR_TRANSPORT`.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` when the file of the process is missing.
 */
export async function openIsolated(
  binding: BindingName | PcscBinding | undefined,
  options: true | IsolationOptions,
  times: { readonly apduTimeoutMs: number; readonly connectTimeoutMs: number },
): Promise<IsolatedBinding> {
  const { hangMs = 3000, memoryBytes = 512 * mebi, module, program } = options === true ? {} : options
  if (!(hangMs >= 200 && hangMs <= 0x7fff_ffff)) throw new RangeError('hangMs must be 200 or more')
  if (!(memoryBytes >= 192 * mebi)) throw new RangeError('memoryBytes must be 192 MiB or more')
  if (typeof binding === 'object') {
    throw new TypeError('a binding object cannot be taken to another process: use isolated.module')
  }
  const file = program ?? hostBeside()
  if (!existsSync(file)) throw withoutHost(undefined)
  try {
    return await IsolatedBinding.open({
      program: file,
      binding: module?.href ?? binding ?? '',
      hangMs,
      memoryBytes,
      ...times,
    })
  } catch (error) {
    throw toTransportError(error, 'connect')
  }
}

/** The compiled host beside this module. A bundle of CommonJS has no address of its own to begin from. */
function hostBeside(): URL {
  try {
    return new URL('./host.js', import.meta.url)
  } catch (cause) {
    throw withoutHost(cause)
  }
}

function withoutHost(cause: unknown): Error {
  return missingFile('host.js', 'name its place with isolated.program', cause)
}
