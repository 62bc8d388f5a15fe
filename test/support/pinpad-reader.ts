import type { CardConnection, ReaderControl } from '../../src/transport/index.ts'

/** What a customer does at the keypad. */
export type Keys = string | 'timeout' | 'cancel'

/** How the reader behaves. */
export interface PinpadReaderOptions {
  /** What is typed, in the order of the entries asked for. */
  readonly keys?: readonly Keys[]
  /** Replaces the answer to GET_FEATURE_REQUEST. */
  readonly features?: Uint8Array | Error
  readonly pinProperties?: Uint8Array
  readonly tlvProperties?: Uint8Array
  /** Replaces the answer to an entry; the command is not sent, or sent before when `after`. */
  readonly answer?: { readonly bytes: Uint8Array | Error; readonly after?: boolean }
}

export const codes = {
  features: 0x4200_0d48,
  verify: 0x4233_0006,
  modify: 0x4233_0007,
  pin: 0x4233_000a,
  tlv: 0x4233_0012,
}

const entry = (tag: number, code: number): number[] => {
  return [tag, 4, code >>> 24, (code >>> 16) & 0xff, (code >>> 8) & 0xff, code & 0xff]
}

export const allFeatures: Uint8Array = Uint8Array.from([
  ...entry(0x06, codes.verify),
  ...entry(0x07, codes.modify),
  ...entry(0x0a, codes.pin),
  ...entry(0x12, codes.tlv),
])

/**
 * A reader with a keypad in front of a connection. It reads the structures of PC/SC part 10 by itself, as a driver does, and
 * refuses what is not right with 6B80.
 */
export class PinpadReader {
  readonly control: ReaderControl
  readonly connection: CardConnection
  /** Structures received. */
  readonly structures: Uint8Array[] = []
  /** Commands sent to the card by the reader itself. */
  readonly sent: Uint8Array[] = []
  readonly limits: number[] = []
  readonly #inner: CardConnection
  readonly #keys: Keys[]
  readonly #options: PinpadReaderOptions

  constructor(inner: CardConnection, options: PinpadReaderOptions = {}) {
    this.#inner = inner
    this.#options = options
    this.#keys = [...(options.keys ?? [])]
    this.control = { featureRequest: codes.features, send: (...args) => this.#send(...args) }
    this.connection = {
      reader: inner.reader,
      exclusive: inner.exclusive,
      atr: inner.atr,
      control: this.control,
      transmit: (command) => inner.transmit(command),
      reconnect: (disposition) => inner.reconnect(disposition),
      close: (disposition) => inner.close(disposition),
      [Symbol.asyncDispose]: () => inner.close(),
    }
  }

  async #send(code: number, data: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const { features = allFeatures, pinProperties, tlvProperties } = this.#options
    if (code === codes.features) return orThrow(features)
    if (code === codes.pin) return pinProperties ?? Uint8Array.of(0x02, 0x10, 0x07, 0x00)
    if (code === codes.tlv) return tlvProperties ?? Uint8Array.of(6, 1, 4, 7, 1, 12)
    this.structures.push(new Uint8Array(data))
    this.limits.push(timeoutMs)
    const { answer } = this.#options
    if (answer !== undefined && !answer.after) return orThrow(answer.bytes)
    const result = code === codes.verify ? await this.#verify(data) : await this.#modify(data)
    return answer === undefined ? result : orThrow(answer.bytes)
  }

  #verify(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#enter(bytes, { fixed: 19, lengths: 5, format: 2, confirm: false })
  }

  #modify(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#enter(bytes, { fixed: 24, lengths: 7, format: 2, confirm: (bytes[9]! & 1) !== 0 })
  }

  async #enter(
    bytes: Uint8Array,
    form: { readonly fixed: number; readonly lengths: number; readonly format: number; readonly confirm: boolean },
  ): Promise<Uint8Array> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const { fixed, lengths } = form
    if (bytes.length < fixed || view.getUint32(fixed - 4, true) !== bytes.length - fixed) return status(0x6b80)
    const command = bytes.slice(fixed)
    const blockBytes = bytes[3]! & 0x0f
    // ASCII, left-justified, counted in bytes, at the first byte behind Lc; no length inserted.
    if (bytes[2] !== 0x82 || bytes[3]! >> 4 !== 0 || command[4] !== blockBytes) return status(0x6b80)
    if (command.length !== 5 + blockBytes) return status(0x6b80)
    const longest = bytes[lengths]!
    const shortest = bytes[lengths + 1]!
    const typed: string[] = []
    for (let i = 0; i < (form.confirm ? 2 : 1); i++) {
      const keys = this.#keys.shift() ?? 'timeout'
      if (keys === 'timeout') return status(0x6400)
      if (keys === 'cancel') return status(0x6401)
      if (keys.length < shortest || keys.length > longest) return status(0x6403)
      typed.push(keys)
    }
    if (new Set(typed).size > 1) return status(0x6402)
    command.set(Buffer.from(typed[0]!, 'ascii'), 5)
    this.sent.push(command)
    return this.#inner.transmit(command)
  }
}

const status = (sw: number): Uint8Array => Uint8Array.of(sw >> 8, sw & 0xff)

function orThrow(value: Uint8Array | Error): Uint8Array {
  if (value instanceof Error) throw value
  return value
}
