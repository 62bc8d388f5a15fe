import { equalBytes } from '../bytes.ts'
import { type DerReader, type Element, readOid, tags } from './reader.ts'

const derNull = Uint8Array.of(0x05, 0x00)

/** An AlgorithmIdentifier. RFC 5280 4.1.1.2. */
export class Algorithm {
  readonly id: string
  /** DER of the parameters; absent when there are none. */
  readonly parameters: Uint8Array | undefined
  readonly #reader: DerReader
  readonly #element: Element

  /** Reads one. @throws DecodeError `ERR_DER`. @internal */
  constructor(reader: DerReader) {
    this.#reader = reader
    this.#element = reader.read(tags.sequence)
    const sequence = reader.into(this.#element)
    this.id = readOid(sequence)
    this.parameters = sequence.more ? readParameters(sequence) : undefined
    sequence.finish()
  }

  /** DER of the whole identifier. */
  get der(): Uint8Array {
    return this.#reader.raw(this.#element)
  }

  /** Whether both are the same bytes. */
  equals(other: Algorithm): boolean {
    const { parameters } = this
    if (this.id !== other.id || (parameters === undefined) !== (other.parameters === undefined)) return false
    return parameters === undefined || equalBytes(parameters, other.parameters!)
  }
}

function readParameters(sequence: DerReader): Uint8Array {
  const element = sequence.read()
  const isNull = element.tag === tags.null && element.end === element.content
  return isNull ? derNull : sequence.raw(element)
}

/** Parameters that must be NULL (RSA) may be absent, as by old encoders; nothing else. RFC 4055 5. */
export function isNullOrAbsent(parameters: Uint8Array | undefined): boolean {
  return parameters === undefined || equalBytes(parameters, derNull)
}
