/**
 * Card readers of this computer, through PC/SC.
 *
 * @example
 * ```ts
 * import { JpkiCardError } from 'jpki-card'
 * import { openPcsc } from 'jpki-card/pcsc'
 *
 * try {
 *   const transport = await openPcsc({ connectTimeoutMs: 2_000 })
 *   for (const { name, cardPresent } of await transport.readers()) console.log(name, cardPresent)
 *   await transport.close()
 * } catch (error) {
 *   // No service, no binding, no reader: each has an error code.
 *   if (!(error instanceof JpkiCardError)) throw error
 *   console.log(error.code)
 * }
 * ```
 * @module jpki-card/pcsc
 */

import type { CardTransport } from '../connection.ts'
import type { PcscBinding } from './binding.ts'
import { checkTimeout } from './deadline.ts'
import { type IsolationOptions, openIsolated } from './isolated/open-isolated.ts'
import { type BindingName, loadBinding } from './load-binding.ts'
import { PcscTransport } from './pcsc-transport.ts'

export type { PcscBinding, PcscHandle, PcscObserver, PcscShare, PcscWatch } from './binding.ts'
export type { IsolationOptions } from './isolated/open-isolated.ts'
export { type BindingName, bindingNames, loadBinding } from './load-binding.ts'
export type { ReaderMessage } from './observation.ts'

/** Options of {@link openPcsc}. */
export interface PcscOptions {
  /** The PC/SC binding. Default: the first of {@link bindingNames} that can be loaded. */
  readonly binding?: BindingName | PcscBinding | undefined
  /** Longest wait for the answer to one command, in milliseconds. Default 30 000. */
  readonly apduTimeoutMs?: number | undefined
  /** Longest wait for connecting, reconnecting and disconnecting, in milliseconds each. Default 10 000. */
  readonly connectTimeoutMs?: number | undefined
  /**
   * Run the binding in a child process, so that its crashes, hangs and memory leaks affect only the connections open at
   * that moment. Default false. Not with a binding object: see `IsolationOptions.module`.
   */
  readonly isolated?: boolean | IsolationOptions | undefined
}

/**
 * Opens the smart card service of this computer. Loads the binding; the service itself is first contacted by calls on
 * the transport, and may stop and start meanwhile.
 *
 * The transport keeps the process alive from its first call until it is closed; with `isolated` from the start. While
 * the service is not running, only waits and watches do, so that a program that has caught the error can end.
 *
 * @throws TransportError `ERR_BINDING_MISSING`; with `isolated` also `ERR_TRANSPORT` when the process cannot be
 *   started.
 */
export async function openPcsc(options: PcscOptions = {}): Promise<CardTransport> {
  const { binding, apduTimeoutMs = 30_000, connectTimeoutMs = 10_000 } = options
  checkTimeout(apduTimeoutMs)
  checkTimeout(connectTimeoutMs)
  const times = { apduTimeoutMs, connectTimeoutMs }
  if (options.isolated) return new PcscTransport(await openIsolated(binding, options.isolated, times), times)
  const loaded = typeof binding === 'object' ? binding : await loadBinding(binding)
  return new PcscTransport(loaded, times)
}
