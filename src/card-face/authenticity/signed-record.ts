import { type CardPublicKey, verifyWithCardKey } from '../../registry/cvc/card-key.ts'
import { absent, decoded, failed, notDone, type Outcome, passed } from './outcome.ts'

/** What came of a record; its content is there only when it passed. */
export interface Judged<T> {
  readonly outcome: Outcome
  readonly value?: T
}

/** Judges a record that the issuer's key must have signed. @param key - `undefined` when the issuer did not pass. */
export function judgeSigned<T extends { readonly signed: Uint8Array; readonly signature: Uint8Array }>(
  bytes: Uint8Array | undefined,
  decode: (bytes: Uint8Array) => T,
  asked: boolean,
  key: CardPublicKey | undefined,
): Judged<T> {
  if (bytes === undefined) return { outcome: absent(asked) }
  const read = decoded(() => decode(bytes))
  if ('outcome' in read) return read
  if (key === undefined) return { outcome: notDone('depends') }
  const { signed, signature } = read.value
  if (verifyWithCardKey(key, signed, signature)) return { outcome: passed, value: read.value }
  return { outcome: failed('wrong-signature', 'the issuer did not sign the record') }
}
