/**
 * Card readers of this computer, through PC/SC.
 *
 * @module jpki-card/transport/pcsc
 */

import type { CardTransport } from '../connection.ts'
import type { PcscBinding } from './binding.ts'
import { checkTimeout } from './deadline.ts'
import { type BindingName, loadBinding } from './load-binding.ts'
import { PcscTransport } from './pcsc-transport.ts'

export type { PcscBinding, PcscHandle, PcscObserver, PcscShare, PcscWatch } from './binding.ts'
export { type BindingName, bindingNames, loadBinding } from './load-binding.ts'

/** Options of {@link openPcsc}. */
export interface PcscOptions {
  /** Which binding. Default: the first of {@link bindingNames} that can be loaded. */
  readonly binding?: BindingName | PcscBinding | undefined
  /** Longest wait for the answer to one command, in milliseconds. Default 30 000. */
  readonly apduTimeoutMs?: number | undefined
  /** Longest wait for connecting, reconnecting and disconnecting, in milliseconds each. Default 10 000. */
  readonly connectTimeoutMs?: number | undefined
}

/**
 * Opens the smart card service of this computer. Loads the binding; the service itself is first asked for by the calls
 * on the transport, and may come and go.
 *
 * The transport keeps the process alive from its first call until it is closed.
 *
 * @throws TransportError `ERR_BINDING_MISSING`.
 */
export async function openPcsc(options: PcscOptions = {}): Promise<CardTransport> {
  const { binding, apduTimeoutMs = 30_000, connectTimeoutMs = 10_000 } = options
  checkTimeout(apduTimeoutMs)
  checkTimeout(connectTimeoutMs)
  const loaded = typeof binding === 'object' ? binding : await loadBinding(binding)
  return new PcscTransport(loaded, { apduTimeoutMs, connectTimeoutMs })
}
