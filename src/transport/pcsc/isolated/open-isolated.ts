import { existsSync } from 'node:fs'
import { missingFile } from '../../../optional-package.ts'
import type { PcscBinding } from '../binding.ts'
import type { BindingName } from '../load-binding.ts'
import { toTransportError } from '../pcsc-errors.ts'
import { IsolatedBinding } from './isolated-binding.ts'

/** Supervision of the process that holds the binding. */
export interface IsolationOptions {
  /**
   * Longest time without a response from the process before it is terminated and replaced, milliseconds, at least 200.
   * Default 3000.
   */
  readonly hangMs?: number | undefined
  /**
   * Memory of the process at which it is terminated, bytes, at least 192 MiB. Default 512 MiB. Above half of it the
   * process is replaced as soon as no connection is open in it.
   */
  readonly memoryBytes?: number | undefined
  /** A module whose default export is a `PcscBinding`, instead of a built-in binding. */
  readonly module?: URL | undefined
  /** Path of `transport/pcsc/isolated/host.js` of this package, for bundled applications: `docs/bundling.md`. */
  readonly program?: URL | string | undefined
}

const mebi = 2 ** 20

/**
 * Starts the process.
 *
 * @throws TransportError `ERR_BINDING_MISSING`, `ERR_TRANSPORT`.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` when the program file of the process is missing.
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
    throw new TypeError('a binding object cannot be passed to another process: use isolated.module')
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

/** The compiled host beside this module. In a CommonJS bundle import.meta.url is missing. */
function hostBeside(): URL {
  try {
    return new URL('./host.js', import.meta.url)
  } catch (cause) {
    throw withoutHost(cause)
  }
}

function withoutHost(cause: unknown): Error {
  return missingFile('host.js', 'set isolated.program to its path', cause)
}
