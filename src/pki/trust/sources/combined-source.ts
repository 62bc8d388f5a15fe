import { indexOf } from '../../revocation/crl/list-index.ts'
import { RevocationList } from '../../revocation/index.ts'
import type { RevocationAnswer, RevocationSource } from '../report.ts'
import { type ListSourceOptions, listVerifier } from './list-verifier.ts'

/** Options of {@link crlSource}. */
export interface CrlSourceOptions extends ListSourceOptions {
  /** Lists, complete and delta, in any order. Untrusted: each is verified before use. */
  readonly lists: readonly RevocationList[]
}

/**
 * Local revocation lists as a source. Lists signed with a key other than the issuer's are accepted when the certificate
 * of that key is among the intermediates, leads to one of the anchors, and is not revoked. RFC 5280 6.3.
 *
 * @throws TypeError when lists or anchors are not arrays; RangeError for a `skewMs` that is negative or not finite.
 */
export function crlSource(options: CrlSourceOptions): RevocationSource {
  const { lists } = options
  if (!Array.isArray(lists) || !lists.every((list) => list instanceof RevocationList)) {
    throw new TypeError('lists must be an array of revocation lists')
  }
  const verify = listVerifier(options)
  return (...question) => verify(indexOf(lists), question)
}

/**
 * Combines several sources and queries all of them: revoked when any reports revoked, good when one reports good and
 * none revoked. With several sources in `verifyCertificate`, by contrast, the first that has the status decides.
 *
 * @throws TypeError when a source is not a function.
 */
export function combinedSource(sources: readonly RevocationSource[]): RevocationSource {
  if (!sources.every((source) => typeof source === 'function')) throw new TypeError('a source is a function')
  return async (...question) => {
    const answers = await Promise.all(sources.map((source) => answerOf(source, question)))
    const problems = answers.flatMap((answer) => answer.problems)
    const revoked = answers.find(({ status }) => status === 'revoked')
    if (revoked !== undefined) return { ...revoked, problems }
    const good = answers.filter(({ status }) => status === 'good')
    const evidence = good.flatMap((answer) => answer.evidence)
    return { status: good.length > 0 ? 'good' : 'unknown', evidence, problems }
  }
}

/** A source that throws counts as `unknown`; the others are queried all the same. */
async function answerOf(source: RevocationSource, question: Parameters<RevocationSource>): Promise<RevocationAnswer> {
  try {
    return await source(...question)
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'a source failed'
    return { status: 'unknown', evidence: [], problems: [problem] }
  }
}
