import { equalBytes } from '../bytes.ts'
import { type DerReader, readOid, tags } from './der.ts'

/** An AlgorithmIdentifier. RFC 5280 4.1.1.2. */
export interface Algorithm {
  readonly id: string
  /** DER of the parameters; absent when there are none. */
  readonly parameters: Uint8Array | undefined
  /** DER of the whole identifier. */
  readonly der: Uint8Array
}

/** Reads an AlgorithmIdentifier. @throws DecodeError `ERR_DER`. */
export function readAlgorithm(reader: DerReader): Algorithm {
  const element = reader.read(tags.sequence)
  const sequence = reader.into(element)
  const id = readOid(sequence)
  const parameters = sequence.more ? sequence.raw(sequence.read()) : undefined
  sequence.finish()
  return { id, parameters, der: reader.raw(element) }
}

const derNull = Uint8Array.of(0x05, 0x00)

/** Parameters that must be NULL (RSA) may, by old habit, be absent; nothing else. RFC 4055 5. */
export function isNullOrAbsent(parameters: Uint8Array | undefined): boolean {
  return parameters === undefined || equalBytes(parameters, derNull)
}
