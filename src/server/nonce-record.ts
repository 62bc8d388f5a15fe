import { RefusalError } from '../errors.ts'
import { isOrigin } from '../token/index.ts'

/** What a challenge was given out for. */
export interface NonceRecord {
  readonly terminal: string
  readonly purpose: string
  /** Of the service that gave it out: other services may use the same store. */
  readonly origin: string
  /** First moment at which it is expired, milliseconds since 1970. */
  readonly until: number
}

/** The text that stands in the store beside a nonce: four words, as neither identifiers nor origins hold a space. */
export function writeRecord({ until, terminal, purpose, origin }: NonceRecord): string {
  return `${until} ${terminal} ${purpose} ${origin}`
}

/** @throws RefusalError `ERR_STORE_UNAVAILABLE` for what was not written here: a store that is not to be relied on. */
export function readRecord(text: unknown): NonceRecord {
  const [until, terminal, purpose, origin, more] = typeof text === 'string' ? text.split(' ') : []
  if (terminal === undefined || purpose === undefined || more !== undefined || !/^\d{1,16}$/.test(until!)) {
    throw new RefusalError('ERR_STORE_UNAVAILABLE', 'the store of challenges holds something else')
  }
  if (!isOrigin(origin)) {
    throw new RefusalError(
      'ERR_STORE_UNAVAILABLE',
      'the store of challenges holds something else, or of another version',
    )
  }
  return { terminal, purpose, origin, until: Number(until) }
}
