import { inspectPathSteps, limitsOf } from '../../path/inspect.ts'
import type { PathOptions } from '../../path/options.ts'
import type { ListIndex } from '../../revocation/crl/list-index.ts'
import { maySign } from '../../revocation/crl/signer.ts'
import { type Decision, decide } from '../../revocation/crl/status.ts'
import { type CrlEvidence, listsItself, type RevocationList } from '../../revocation/index.ts'
import { Certificate, type SignatureLimits } from '../../x509/index.ts'
import { inTurns, type Steps } from '../../x509/signature-budget.ts'
import { strictest } from '../../x509/signed.ts'
import { fingerprint } from '../jpki-authorities.ts'
import type { RevocationAnswer, RevocationEvidence, RevocationSource } from '../report.ts'
import { span } from './limits.ts'

/** Checks a certificate against lists; fetch problems are reported before those of the lists. */
type ListVerifier = (
  lists: ListIndex,
  question: Parameters<RevocationSource>,
  problems?: readonly string[],
) => RevocationAnswer | Promise<RevocationAnswer>

/** Options of all sources over lists. */
export interface ListSourceOptions extends Omit<PathOptions, 'at'> {
  /**
   * How far thisUpdate of a list may be after the time of the verification, for clock skew; milliseconds, as in
   * `crlStatus`. Default 0 for local lists, 5 minutes for a folder and for HTTP.
   */
  readonly skewMs?: number | undefined
}

/** Signers of lists examined for one certificate, at most; limits the cost of a malicious pool. */
const maxPaths = 64

/** Irrelevant lists examined for a reason when the status is unknown, at most. */
const maxExplained = 64

/**
 * The evaluation shared by all sources over lists. Lists signed with a key other than the issuer's are accepted when
 * the certificate of that key is among the intermediates, leads to one of the anchors, and is not revoked. RFC 5280
 * 6.3. Returns synchronously, except where a long list must be hashed first, or where much is to be checked.
 *
 * @throws TypeError without anchors; RangeError for a `skewMs` that is negative or not finite.
 */
export function listVerifier(options: ListSourceOptions): ListVerifier {
  for (const name of ['anchors', 'intermediates'] as const) {
    const list: unknown = options[name] ?? (name === 'anchors' ? undefined : [])
    if (!Array.isArray(list) || !list.every((one) => one instanceof Certificate)) {
      throw new TypeError(`${name} must be an array of certificates`)
    }
  }
  const skewMs = span('skewMs', options.skewMs, 0)
  const ofSigner = signerOptions(options)
  const pool = withoutCopies(options.intermediates ?? [])
  return (lists, [certificate, issuer, at, anchor, limits], problems = []) => {
    const policy = strictest(options.signatures, limits)
    const signatures = limitsOf({
      signatures: { ...policy, budget: limits?.budget },
      maxSignatures: options.maxSignatures,
    })
    const evaluate = (): RevocationAnswer | Promise<RevocationAnswer> =>
      inTurns(new Evaluation(lists, pool, { ...ofSigner, signatures }, at, anchor).of(certificate, issuer, problems))
    const until = at.getTime() + skewMs
    const long = lists.long.filter((list) => mustHash(list, issuer, at, until, policy))
    return long.length === 0 ? evaluate() : verifyAhead(long, issuer, policy).then(evaluate)
  }
}

/** Requirements on the end certificate do not apply to the signers of its lists. */
function signerOptions(options: ListSourceOptions): ListSourceOptions {
  return {
    ...options,
    initialPolicies: undefined,
    requireExplicitPolicy: false,
    keyUsage: undefined,
    extendedKeyUsage: undefined,
  }
}

function withoutCopies(pool: readonly Certificate[]): readonly Certificate[] {
  return [...new Map(pool.map((one) => [fingerprint(one), one])).values()]
}

/** Whether a long list is relevant and not hashed yet. */
function mustHash(
  list: RevocationList,
  issuer: Certificate,
  at: Date,
  until: number,
  signatures: SignatureLimits,
): boolean {
  if (list.signatureVerdict(issuer, signatures) !== undefined) return false
  const current = list.thisUpdate.getTime() <= until && list.nextUpdate !== undefined && list.nextUpdate >= at
  return current && list.issuerName.equals(issuer.subjectName)
}

/** Hashes long lists in slices; the results are cached, so that `crlStatus` does not block the event loop. */
async function verifyAhead(
  lists: readonly RevocationList[],
  issuer: Certificate,
  signatures: SignatureLimits,
): Promise<void> {
  for (const list of lists) await list.verifySignature(issuer, signatures)
}

/** Evaluates one certificate, and those that sign its lists. */
class Evaluation {
  readonly #lists: ListIndex
  readonly #pool: readonly Certificate[]
  readonly #ofSigner: ListSourceOptions
  readonly #at: Date
  readonly #anchor: Certificate | undefined
  #pathsLeft = maxPaths
  /** The lists that showed signers of other lists as good. */
  readonly #rests: CrlEvidence[] = []

  constructor(
    lists: ListIndex,
    pool: readonly Certificate[],
    ofSigner: ListSourceOptions,
    at: Date,
    anchor: Certificate | undefined,
  ) {
    this.#lists = lists
    this.#pool = pool
    this.#ofSigner = ofSigner
    this.#at = at
    this.#anchor = anchor
  }

  *of(certificate: Certificate, issuer: Certificate, problems: readonly string[]): Steps<RevocationAnswer> {
    const { status, entry, evidence, problems: whyNot } = yield* this.#decide(certificate, issuer, [certificate])
    // An unchecked list might contain the certificate.
    if (status !== 'revoked' && this.#ofSigner.signatures?.budget?.exceeded === true) {
      return { status: 'unknown', evidence: [], problems: [...problems, 'lists: too many signatures to check'] }
    }
    const unused = whyNot(status === 'unknown' ? maxExplained : 0)
    const all = [...problems, ...unused.map(({ issuer: name, message }) => `list of ${name}: ${message}`)]
    return {
      status,
      revokedAt: entry?.revocationDate,
      reason: entry?.reason,
      evidence: deduplicated([...evidence, ...this.#rests]),
      problems: all.length > 1 ? [...new Set(all)] : all,
    }
  }

  #decide(certificate: Certificate, issuer: Certificate, deciding: readonly Certificate[]): Steps<Decision> {
    return decide(certificate, issuer, this.#lists, {
      at: this.#at,
      skewMs: this.#ofSigner.skewMs,
      crlIssuers: this.#pool,
      signatures: this.#ofSigner.signatures,
      validateCrlIssuer: (candidate) => this.#believed(candidate, deciding),
    })
  }

  /** A key cannot sign the list that decides on its own revocation, unless its issuer designates it. */
  *#believed(candidate: Certificate, deciding: readonly Certificate[]): Steps<boolean> {
    if (deciding.some(({ key }) => key.id === candidate.key.id)) return listsItself(candidate)
    if (this.#pathsLeft-- <= 0) return false
    const anchors = this.#anchor === undefined ? this.#ofSigner.anchors : [this.#anchor]
    const found = yield* inspectPathSteps(candidate, { ...this.#ofSigner, anchors, at: this.#at })
    if (!found.ok) return false
    for (const [i, one] of found.path.slice(0, -1).entries()) {
      const answer = yield* this.#decide(one, found.path[i + 1]!, [...deciding, candidate])
      this.#rests.push(...answer.evidence)
      if (answer.status !== 'good') return false
    }
    return true
  }
}

function deduplicated(evidence: readonly CrlEvidence[]): readonly RevocationEvidence[] {
  const seen = evidence.length > 1 ? [...new Map(evidence.map((one) => [one.sha256, one])).values()] : evidence
  return seen.map(({ issuer, thisUpdate, nextUpdate, sha256, findings }) => ({
    kind: 'crl',
    issuer,
    thisUpdate,
    nextUpdate,
    sha256,
    ...(findings.length > 0 && { findings }),
  }))
}

/** Certificates remembered, at most. */
const mostKnown = 256

/** Trusted signers of lists: the trust anchors, and the issuers passed to a source. */
export class ListSigners {
  readonly #signatures: ListSourceOptions['signatures']
  readonly #known = new Map<string, Certificate>()

  constructor({ anchors, signatures }: ListSourceOptions) {
    this.#signatures = signatures
    for (const anchor of anchors) this.add(anchor)
  }

  /** Remembers the issuer of a certificate, from a path already found valid. */
  add(issuer: Certificate): void {
    if (this.#known.size < mostKnown && !this.#known.has(issuer.key.id)) this.#known.set(issuer.key.id, issuer)
  }

  /** The key that signed the list, if it belongs to one of them. The list caches the result. */
  async keyOf(list: RevocationList): Promise<string | undefined> {
    for (const [key, certificate] of this.#known) {
      if (maySign(certificate, list) && (await list.verifySignature(certificate, this.#signatures))) return key
    }
    return undefined
  }
}
