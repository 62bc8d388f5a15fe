import { JpkiCardError, TransportError } from '../errors.ts'

/** Whatever went wrong, as a coded error: what is none becomes `ERR_TRANSPORT` with this text. */
export function coded(cause: unknown, text: string, reader?: string): JpkiCardError {
  return cause instanceof JpkiCardError ? cause : new TransportError('ERR_TRANSPORT', text, { cause, reader })
}
