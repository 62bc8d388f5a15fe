import { equalBytes } from '../../bytes.ts'
import { Certificate } from '../x509/index.ts'
import { finish, SignatureBudget, type Steps } from '../x509/signature-budget.ts'
import { defaultSignatures, type SignatureLimits, verifySigned } from '../x509/signed.ts'
import type { InvalidPath, PathFailure, PathOptions, ValidPath } from './options.ts'
import { validatePath } from './validate.ts'

const defaultIntermediates = 8

/**
 * Builds a path from a certificate to a trust anchor and validates it. The pool may contain any certificates in any
 * order: several of one name, cycles, unrelated ones. Candidates are tried until one path satisfies all requirements or
 * the budget is spent; the result does not depend on the order of anchors and pool. Returns failures; never throws
 * because of the content of a certificate.
 *
 * @see RFC 5280 6.1, RFC 4158 for building
 */
export function inspectPath(leaf: Certificate, options: PathOptions): ValidPath | InvalidPath {
  return finish(inspectPathSteps(leaf, options))
}

/** {@link inspectPath} in steps of one signature each. @internal */
export function* inspectPathSteps(leaf: Certificate, options: PathOptions): Steps<ValidPath | InvalidPath> {
  const paths = validPaths(leaf, options)
  let step = paths.next()
  while (!step.done) {
    if (step.value !== undefined) return step.value
    yield
    step = paths.next()
  }
  return { ok: false, failure: step.value }
}

/**
 * Yields every valid path, the likeliest first, and `undefined` after each signature, where other work may run.
 *
 * @returns the failure of the path that got farthest. @internal
 */
export function validPaths(leaf: Certificate, options: PathOptions): Generator<ValidPath | undefined, PathFailure> {
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

/** The signature policy of these options with the budget of the verification, new if not set yet. @internal */
export function limitsOf({
  signatures,
  maxSignatures,
}: Pick<PathOptions, 'signatures' | 'maxSignatures'>): SignatureLimits & { readonly budget: SignatureBudget } {
  const budget = signatures?.budget ?? new SignatureBudget(maxSignatures ?? defaultSignatures)
  return { ...signatures, budget }
}

type Paths<T = void> = Generator<ValidPath | undefined, T>

class Search {
  readonly #options: PathOptions
  readonly #leaf: Certificate
  readonly #maxIntermediates: number
  readonly #limits: SignatureLimits
  readonly #budget: SignatureBudget
  #farthest: PathFailure | undefined

  constructor(leaf: Certificate, options: PathOptions) {
    this.#leaf = leaf
    this.#options = options
    this.#maxIntermediates = options.maxIntermediates ?? defaultIntermediates
    const limits = limitsOf(options)
    this.#limits = limits
    this.#budget = limits.budget
  }

  *run(): Paths<PathFailure> {
    yield* this.#extend([this.#leaf])
    return this.#farthest ?? { check: 'trust-anchor', depth: 0, message: 'no path to a trust anchor' }
  }

  /** Tries every issuer of the last certificate of the path. */
  *#extend(path: readonly Certificate[]): Paths {
    const subject = path[path.length - 1]!
    const depth = path.length - 1
    const anchors = this.#candidates(subject, this.#options.anchors)
    for (const anchor of anchors) {
      const signed = this.#signed(subject, anchor, depth)
      yield
      if (!signed) continue
      const whole = complete([...path, anchor])
      if (!(yield* this.#deferredSigned(path, whole))) continue
      const validated = validatePath(whole, this.#options)
      if (validated.ok) yield validated
      else this.#note(validated.failure)
    }
    const pool = this.#candidates(subject, this.#options.intermediates ?? [])
    if (depth >= this.#maxIntermediates) {
      if (pool.length > 0) this.#note({ check: 'path-length', depth, message: 'the path is too long' })
      return
    }
    for (const issuer of pool) {
      if (path.some((used) => sameHolder(used, issuer))) continue
      const signed = this.#signed(subject, issuer, depth)
      yield
      if (signed) yield* this.#extend([...path, issuer])
    }
    if (anchors.length + pool.length === 0) {
      this.#note({ check: 'trust-anchor', depth, message: 'its issuer is not among the certificates given' })
    }
  }

  /** Verifies the signatures deferred for the parameters of a DSA key. */
  *#deferredSigned(path: readonly Certificate[], whole: readonly Certificate[]): Paths<boolean> {
    for (const [depth, subject] of path.entries()) {
      const issuer = whole[depth + 1]!
      if (!lacksParameters(path[depth + 1] ?? issuer)) continue
      const signed = this.#verified(subject, issuer, depth)
      yield
      if (!signed) return false
    }
    return true
  }

  /**
   * Whether the issuer signed the subject; deferred until the path is complete when the issuer's key lacks parameters.
   * Counted against the budget in both cases, or a pool of such keys could be traversed in every order.
   */
  #signed(subject: Certificate, issuer: Certificate, depth: number): boolean {
    const deferred = lacksParameters(issuer) && this.#options.signatures?.allowDsa === true
    if (!deferred) return this.#verified(subject, issuer, depth)
    return this.#budget.spend(issuer.key) || this.#unsigned(depth)
  }

  #verified(subject: Certificate, issuer: Certificate, depth: number): boolean {
    const { tbs, signatureAlgorithm, signature } = subject
    return verifySigned(tbs, signatureAlgorithm, signature, issuer.key, this.#limits) || this.#unsigned(depth)
  }

  /** Notes why a signature does not count: it does not verify, or the budget is spent. */
  #unsigned(depth: number): false {
    if (this.#budget.exceeded) {
      this.#note({ check: 'budget', depth, message: 'too many candidates: the search was stopped' })
    } else {
      this.#note({ check: 'signature', depth, message: 'the signature does not verify' })
    }
    return false
  }

  /** Keeps the failure nearest to success, the first of several that are equally near. */
  #note(failure: PathFailure): void {
    if (this.#farthest === undefined || nearness(failure) > nearness(this.#farthest)) this.#farthest = failure
  }

  /**
   * Certificates with the issuer's name: first those with a matching key identifier, then those valid at that time,
   * then by their bytes, so that the input order has no effect. Duplicates count once.
   */
  #candidates(subject: Certificate, pool: readonly Certificate[]): readonly Certificate[] {
    const named = pool.filter((one) => one.subjectName.equals(subject.issuerName))
    const wanted = subject.extensions.authorityKeyId?.keyId
    const at = this.#options.at.getTime()
    const ranked = named.map((one) => ({
      one,
      rank: rankOf(one, wanted, at),
      bytes: Buffer.concat([one.tbs, one.signature]),
    }))
    ranked.sort((a, b) => a.rank - b.rank || Buffer.compare(a.bytes, b.bytes))
    return ranked.filter(({ bytes }, i) => i === 0 || !equalBytes(bytes, ranked[i - 1]!.bytes)).map(({ one }) => one)
  }
}

function rankOf(one: Certificate, wanted: Uint8Array | undefined, at: number): number {
  const id = one.extensions.subjectKeyId
  const fit = wanted === undefined || id === undefined ? 1 : equalBytes(id, wanted) ? 0 : 2
  return 2 * fit + (one.notBeforeMs <= at && at < one.notAfterMs + 1000 ? 0 : 1)
}

/** That of a complete path is nearer than one found while building; a spent budget takes precedence over both. */
function nearness({ check }: PathFailure): number {
  if (check === 'budget') return 2
  return check === 'signature' || check === 'trust-anchor' ? 0 : 1
}

/** A DSA key that inherits the parameters of its issuer's. RFC 3279 2.3.2. */
function lacksParameters({ publicKey }: Certificate): boolean {
  return publicKey.kind === 'dsa' && publicKey.bits === undefined
}

/** The path with every such key completed by its issuer's; never by a certificate that is not on the path. */
function complete(path: readonly Certificate[]): readonly Certificate[] {
  const whole = [...path]
  for (let depth = path.length - 2; depth >= 0; depth--) {
    const issuer = whole[depth + 1]!
    if (!lacksParameters(issuer)) whole[depth] = whole[depth]!.inheriting(issuer.key)
  }
  return whole
}

/** Same name and same key: a cycle, which cannot prove anything new. */
function sameHolder(a: Certificate, b: Certificate): boolean {
  return equalBytes(a.key.der, b.key.der) && a.subjectName.equals(b.subjectName)
}
