import { type CardPublicKey, verifyWithCardKey } from '../../registry/index.ts'
import { failed, notDone, type Outcome, passed } from './outcome.ts'

/** Fewest bytes of a challenge: a shorter one could repeat. */
const minChallenge = 16

/** @throws RangeError for a challenge that is too short. */
export function requireLength(challenge: Uint8Array): void {
  if (challenge.length < minChallenge) throw new RangeError(`a challenge has ${minChallenge} bytes or more`)
}

/**
 * Whether the card holds the private half of every key its records name.
 *
 * @param challenge - `undefined` when none is asked for.
 * @param keys - of records whose signature passed; several records often name one key.
 */
export function verifyChallenge(
  challenge: Uint8Array | undefined,
  answer: Uint8Array | undefined,
  wanted: boolean,
  keys: readonly CardPublicKey[],
): Outcome {
  if (!wanted || challenge === undefined) return notDone('not-asked')
  if (answer === undefined) return notDone('missing')
  if (keys.length === 0) return notDone('depends')
  if (keys.every((key) => verifyWithCardKey(key, challenge, answer))) return passed
  return failed(
    'wrong-signature',
    'the signature is not by the key the records name: a copied card, or an answer to another challenge',
  )
}
