import { createHash } from 'node:crypto'
import { toHex } from '../../../bytes.ts'
import { DerReader, type EncodingFinding, readOid, readSmallInteger, tags } from '../../../der/index.ts'
import { CertificateError, DecodeError } from '../../../errors.ts'
import { type BasicOcspResponse, readBasicResponse } from './basic.ts'
import { ids } from './request.ts'
import { explicit } from './single.ts'

/** OCSPResponseStatus by number; 4 is not used. RFC 6960 4.2.1. */
const statuses = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
] as const

/** Status of the request. Only `successful` has a signed response; the others are unsigned. */
export type OcspResponseStatus = NonNullable<(typeof statuses)[number]>

/** Usual responses have a few thousand bytes; a much larger one could exhaust memory. */
const maxBytes = 131_072

/**
 * One OCSP response, parsed strictly. Parsing does not verify it: see `ocspStatus`.
 *
 * Source: RFC 6960 4.2.1.
 */
export class OcspResponse {
  readonly #der: Uint8Array
  readonly status: OcspResponseStatus
  /** Present exactly when the status is `successful`. */
  readonly basic: BasicOcspResponse | undefined
  /** Deviations from the encoding rules; each kind once. Its certificates have their own. */
  readonly findings: readonly EncodingFinding[]

  private constructor(der: Uint8Array) {
    const findings: EncodingFinding[] = []
    const outer = new DerReader(der, 0, der.length, findings)
    const response = outer.enter(tags.sequence)
    outer.finish()
    const statusAt = response.offset
    const status = statuses[readSmallInteger(response, tags.enumerated)]
    if (status === undefined) throw new DecodeError('ERR_DER', 'unknown response status', statusAt)
    const bytesAt = response.offset
    const basic = explicit(response, 0, readResponseBytes)
    response.finish()
    if ((basic !== undefined) !== (status === 'successful')) {
      throw new DecodeError('ERR_DER', 'response bytes must be present exactly with status successful', bytesAt)
    }
    this.status = status
    this.basic = basic
    this.findings = findings
    this.#der = der
  }

  /**
   * @param der - exactly one DER OCSPResponse of at most 131 072 bytes; copied.
   * @throws CertificateError `ERR_CERTIFICATE`; its cause is a DecodeError `ERR_DER` with the offset.
   */
  static fromDer(der: Uint8Array): OcspResponse {
    try {
      if (der.length > maxBytes) throw new DecodeError('ERR_DER', `more than ${maxBytes} bytes`, maxBytes)
      return new OcspResponse(new Uint8Array(der))
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause
      throw new CertificateError('ERR_CERTIFICATE', `not an OCSP response: ${cause.message}`, { cause })
    }
  }

  /** A new copy of the DER encoding, to be kept as evidence. Identifies certificates: do not log it. */
  get der(): Uint8Array {
    return new Uint8Array(this.#der)
  }

  /** SHA-256 of the DER encoding, upper-case hexadecimal. */
  get sha256(): string {
    return toHex(createHash('sha256').update(this.#der).digest())
  }
}

function readResponseBytes(reader: DerReader): BasicOcspResponse {
  const sequence = reader.enter(tags.sequence)
  const at = sequence.offset
  if (readOid(sequence) !== ids.basic) throw new DecodeError('ERR_DER', 'a response of another type than basic', at)
  const inner = sequence.enter(tags.octetString)
  sequence.finish()
  const basic = readBasicResponse(inner)
  inner.finish()
  return basic
}
