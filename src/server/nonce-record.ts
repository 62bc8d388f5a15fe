import { RefusalError } from '../errors.ts'

/** What a challenge was given out for. */
export interface NonceRecord {
  readonly terminal: string
  readonly purpose: string
  /** First moment at which it is expired, milliseconds since 1970. */
  readonly until: number
}

/** The text that stands in the store beside a nonce: three words, as identifiers hold no space. */
export function writeRecord({ until, terminal, purpose }: NonceRecord): string {
  return `${until} ${terminal} ${purpose}`
}

/** @throws RefusalError `ERR_STORE_UNAVAILABLE` for a text that was not written here: a store that is not to be relied on. */
export function readRecord(text: string): NonceRecord {
  const [until, terminal, purpose, more] = text.split(' ')
  if (terminal === undefined || purpose === undefined || more !== undefined || !/^\d{1,16}$/.test(until!)) {
    throw new RefusalError('ERR_STORE_UNAVAILABLE', 'the store of challenges holds something else')
  }
  return { terminal, purpose, until: Number(until) }
}
