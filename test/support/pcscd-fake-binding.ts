import type { PcscBinding, PcscHandle, PcscObserver, PcscWatch } from '../../src/transport/pcsc/index.ts'

/** What the service says, for {@link FakeBinding}. */
export const present = 0x0001_0022
export const empty = 0x0002_0012

/** An error as pcsc-mini makes them. */
export function pcscError(name: string): Error {
  return Object.assign(new Error(`[ Session ] ${name}`), { code: name })
}

/** A binding without a service behind it: tests pull its strings. */
export class FakeBinding implements PcscBinding {
  readonly name = 'fake'
  /** Reported to each new watch at once. */
  readers = new Map<string, number>([['R', present]])
  /** Thrown by the next watches. */
  watchError: Error | undefined
  watches = 0
  stops = 0
  observer: PcscObserver | undefined
  readonly handle = new FakeHandle()
  connects = 0
  /** Replaces connecting. */
  onConnect: (() => Promise<PcscHandle>) | undefined

  watch(observer: PcscObserver): PcscWatch {
    this.watches++
    if (this.watchError !== undefined) throw this.watchError
    this.observer = observer
    for (const [reader, state] of this.readers) observer.changed(reader, state)
    return { stop: () => void this.stops++ }
  }

  async connect(): Promise<PcscHandle> {
    this.connects++
    return this.onConnect === undefined ? this.handle : this.onConnect()
  }
}

export class FakeHandle implements PcscHandle {
  readonly atr: Uint8Array = Uint8Array.of(0x3b, 0)
  cardEvents = 1
  /** The arrays the transport handed over, not copies. */
  readonly sent: Uint8Array[] = []
  readonly disconnects: string[] = []
  onTransmit: (command: Uint8Array) => Promise<Uint8Array> = async () => Uint8Array.of(0x90, 0)
  onDisconnect: () => Promise<void> = async () => {}
  /** Set before connecting: the handle has control transfers. */
  control?: (code: number, data: Uint8Array) => Promise<Uint8Array>
  onReconnect: () => Promise<PcscHandle> = async () => this

  transmit(command: Uint8Array): Promise<Uint8Array> {
    this.sent.push(command)
    return this.onTransmit(command)
  }

  reconnect(): Promise<PcscHandle> {
    return this.onReconnect()
  }

  disconnect(disposition: string): Promise<void> {
    this.disconnects.push(disposition)
    return this.onDisconnect()
  }
}
