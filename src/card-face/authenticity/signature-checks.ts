import { equalBytes } from '../../bytes.ts'
import {
  type CardPublicKey,
  type CardVerifiableCertificate,
  type CvcHierarchy,
  type CvcRoot,
  decodeCvc,
  keyIdText,
  verifyWithCardKey,
} from '../../registry/index.ts'
import { absent, decoded, failed, notDone, type Outcome, passed, type RecordIssuer } from './report.ts'

/** The trusted keys. */
export interface TrustedRoots {
  readonly roots: readonly CvcRoot[]
  /** Hierarchies that are accepted. */
  readonly hierarchies: readonly CvcHierarchy[]
}

/** Result of a certificate's verification; the key only when it passed. */
interface IssuerResult {
  readonly outcome: Outcome
  readonly key?: CardPublicKey
  readonly issuer?: RecordIssuer
}

/** Verifies EF 0004 of an application. */
export function verifyIssuer(
  bytes: Uint8Array | undefined,
  application: 'text' | 'visual',
  asked: boolean,
  trusted: TrustedRoots,
): IssuerResult {
  if (bytes === undefined) return { outcome: absent(asked) }
  const read = decoded(() => decodeCvc(bytes))
  if ('outcome' in read) return read
  const root = rootOf(read.value, application, trusted)
  if ('result' in root) return { outcome: root }
  const { issuerKeyId, subjectKeyId, publicKey } = read.value
  const issuer = { root: keyIdText(issuerKeyId), hierarchy: root.hierarchy, key: keyIdText(subjectKeyId) }
  return { outcome: passed, key: publicKey, issuer }
}

/** The root that signed it, or why none did. Two roots may have the same identifier. */
function rootOf(
  certificate: CardVerifiableCertificate,
  application: 'text' | 'visual',
  { roots, hierarchies }: TrustedRoots,
): CvcRoot | Outcome {
  const name = keyIdText(certificate.issuerKeyId)
  const named = roots.filter(({ keyId }) => equalBytes(keyId, certificate.issuerKeyId))
  if (named.length === 0) return failed('unknown-root', `root ${name} is not among the given ones`)
  const accepted = named.filter(
    (root) =>
      hierarchies.includes(root.hierarchy) && (root.application === undefined || root.application === application),
  )
  if (accepted.length === 0) return failed('refused-root', `root ${name} is not accepted for this application`)
  const { signed, signature } = certificate
  const signer = accepted.find(({ publicKey }) => verifyWithCardKey(publicKey, signed, signature, true))
  return signer ?? failed('wrong-signature', `root ${name} did not sign the certificate`)
}

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
