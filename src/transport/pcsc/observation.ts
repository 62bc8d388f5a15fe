import { type Channel, channel } from 'node:diagnostics_channel'
import type { ReaderEvent } from '../connection.ts'

/**
 * A message on the diagnostics channel `jpki-card:reader`, published when it has subscribers: the events of
 * `CardTransport.watch`, once for each transport that watches, and the end of isolated binding processes.
 */
export interface ReaderMessage {
  readonly event: ReaderEvent['type'] | 'binding-started' | 'binding-lost' | 'binding-memory'
  /** Name of the transport, for example `pcsc-mini`. */
  readonly transport: string
  readonly reader?: string
  /** Error code of `service-lost`. */
  readonly error?: string
  /** Why the process of an isolated binding ended, for example `ended (SIGSEGV)`. */
  readonly reason?: string
  /** Memory of the process of an isolated binding, bytes; with each heartbeat. */
  readonly memoryBytes?: number
}

export const readerChannel: Channel = channel('jpki-card:reader')

/** Publishes an event of a watch. */
export function publishEvent(transport: string, event: ReaderEvent): void {
  if (!readerChannel.hasSubscribers) return
  const message: ReaderMessage = { event: event.type, transport }
  if (event.type === 'service-lost') {
    const code = 'code' in event.error ? event.error.code : undefined
    readerChannel.publish({ ...message, ...(typeof code === 'string' && { error: code }) })
  } else if (event.type === 'service-restored') {
    readerChannel.publish(message)
  } else {
    readerChannel.publish({ ...message, reader: typeof event.reader === 'string' ? event.reader : event.reader.name })
  }
}

/** Publishes the start, heartbeat or end of an isolated binding. */
export function publishBinding(message: ReaderMessage): void {
  if (readerChannel.hasSubscribers) readerChannel.publish(message)
}
