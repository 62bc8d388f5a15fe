import { equalBytes } from '../bytes.ts'
import { Certificate, verifySigned } from '../x509/index.ts'
import type { InvalidPath, PathFailure, PathOptions, ValidPath } from './options.ts'
import { validatePath } from './validate.ts'

const defaults = { maxIntermediates: 8, maxSignatures: 100 }

/**
 * Builds a path from a certificate to a trust anchor and validates it. The pool may hold anything in any order: several
 * certificates of one name, cycles, strangers. Every candidate is tried until one path satisfies all that is asked or the
 * budget is spent. Reports; never throws for what certificates say.
 *
 * @see RFC 5280 6.1, RFC 4158 for building
 */
export function inspectPath(leaf: Certificate, options: PathOptions): ValidPath | InvalidPath {
  if (!(leaf instanceof Certificate)) throw new TypeError('certificate must be a Certificate')
  requireCertificates(options?.anchors, 'anchors')
  if (options.intermediates !== undefined) requireCertificates(options.intermediates, 'intermediates')
  if (!(options.at instanceof Date) || Number.isNaN(options.at.getTime()))
    throw new TypeError('at must be a valid date')
  return new Search(leaf, options).run()
}

/** @throws TypeError naming the argument that is not a list of certificates. */
function requireCertificates(list: unknown, name: string): void {
  if (!Array.isArray(list) || !list.every((one) => one instanceof Certificate)) {
    throw new TypeError(`${name} must be a list of Certificate; Certificate.fromDer makes one`)
  }
}

class Search {
  readonly #options: PathOptions
  readonly #leaf: Certificate
  readonly #maxIntermediates: number
  #signaturesLeft: number
  #farthest: PathFailure | undefined

  constructor(leaf: Certificate, options: PathOptions) {
    this.#leaf = leaf
    this.#options = options
    this.#maxIntermediates = options.maxIntermediates ?? defaults.maxIntermediates
    this.#signaturesLeft = options.maxSignatures ?? defaults.maxSignatures
  }

  run(): ValidPath | InvalidPath {
    const found = this.#extend([this.#leaf])
    if (found !== undefined) return found
    const none = { check: 'trust-anchor', depth: 0, message: 'no path to a trust anchor' } as const
    return { ok: false, failure: this.#farthest ?? none }
  }

  /** Tries every issuer of the last certificate of the path. */
  #extend(path: readonly Certificate[]): ValidPath | undefined {
    const subject = path[path.length - 1]!
    const depth = path.length - 1
    const anchors = candidates(subject, this.#options.anchors)
    for (const anchor of anchors) {
      if (!this.#signed(subject, anchor, depth)) continue
      const whole = complete([...path, anchor])
      if (!this.#deferredSigned(path, whole)) continue
      const policies = validatePath(whole, this.#options)
      if (Array.isArray(policies)) return { ok: true, path: whole, policies }
      this.#note(policies as PathFailure)
    }
    const pool = candidates(subject, this.#options.intermediates ?? [])
    if (depth >= this.#maxIntermediates) {
      if (pool.length > 0) this.#note({ check: 'path-length', depth, message: 'the path is too long' })
      return undefined
    }
    for (const issuer of pool) {
      if (path.some((used) => sameHolder(used, issuer)) || !this.#signed(subject, issuer, depth)) continue
      const found = this.#extend([...path, issuer])
      if (found !== undefined) return found
    }
    if (anchors.length + pool.length === 0) {
      this.#note({ check: 'trust-anchor', depth, message: 'its issuer is not among the certificates given' })
    }
    return undefined
  }

  /** Checks the signatures that had to wait for the parameters of a DSA key. */
  #deferredSigned(path: readonly Certificate[], whole: readonly Certificate[]): boolean {
    return path.every((subject, depth) => {
      const issuer = whole[depth + 1]!
      return !lacksParameters(path[depth + 1] ?? issuer) || this.#verified(subject, issuer, depth)
    })
  }

  /**
   * Whether the issuer signed the subject; taken on trust until the path is complete when its key is not. Either way it
   * costs one of the budget, or a pool of such keys could be walked through in every order.
   */
  #signed(subject: Certificate, issuer: Certificate, depth: number): boolean {
    const deferred = lacksParameters(issuer) && this.#options.signatures?.allowDsa === true
    return deferred ? this.#spend(depth) : this.#verified(subject, issuer, depth)
  }

  #verified(subject: Certificate, issuer: Certificate, depth: number): boolean {
    if (!this.#spend(depth)) return false
    const { tbs, signatureAlgorithm, signature } = subject
    const good = verifySigned(tbs, signatureAlgorithm, signature, issuer.key, this.#options.signatures)
    if (!good) this.#note({ check: 'signature', depth, message: 'the signature does not verify' })
    return good
  }

  #spend(depth: number): boolean {
    if (this.#signaturesLeft <= 0) {
      this.#farthest = { check: 'budget', depth, message: 'too many candidates: the search was stopped' }
      return false
    }
    this.#signaturesLeft--
    return true
  }

  /** Keeps the failure that is nearest to success: one of a complete path before one met while building. */
  #note(failure: PathFailure): void {
    const building = (one: PathFailure): boolean => one.check === 'signature' || one.check === 'trust-anchor'
    if (this.#farthest === undefined || (building(this.#farthest) && !building(failure))) this.#farthest = failure
  }
}

/** A DSA key that leaves its parameters to its issuer's. RFC 3279 2.3.2. */
function lacksParameters({ publicKey }: Certificate): boolean {
  return publicKey.kind === 'dsa' && publicKey.bits === undefined
}

/** The path with every such key completed from above; never from a certificate that is not on it. */
function complete(path: readonly Certificate[]): readonly Certificate[] {
  const whole = [...path]
  for (let depth = path.length - 2; depth >= 0; depth--) {
    if (lacksParameters(whole[depth]!)) whole[depth] = whole[depth]!.inheriting(whole[depth + 1]!.key)
  }
  return whole
}

/** Certificates with the issuer's name, those whose key identifier fits first. */
function candidates(subject: Certificate, pool: readonly Certificate[]): readonly Certificate[] {
  const named = pool.filter((one) => one.subjectName.equals(subject.issuerName))
  if (named.length < 2) return named
  const wanted = subject.extensions.authorityKeyId?.keyId
  const rank = (one: Certificate): number => {
    const id = one.extensions.subjectKeyId
    if (wanted === undefined || id === undefined) return 1
    return equalBytes(id, wanted) ? 0 : 2
  }
  return named
    .map((one) => [rank(one), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)
}

/** Same name and same key: going through it again can prove nothing new. */
function sameHolder(a: Certificate, b: Certificate): boolean {
  return equalBytes(a.key.der, b.key.der) && a.subjectName.equals(b.subjectName)
}
