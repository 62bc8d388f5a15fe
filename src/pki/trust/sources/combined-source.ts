import { indexOf } from '../../revocation/crl/list-index.ts'
import { RevocationList } from '../../revocation/index.ts'
import type { RevocationAnswer, RevocationSource } from '../report.ts'
import { type ListSourceOptions, listVerifier } from './list-verifier.ts'

/** What a source over revocation lists works with. */
export interface CrlSourceOptions extends ListSourceOptions {
  /** Lists, complete and delta, in any order. Untrusted: each is verified before it counts. */
  readonly lists: readonly RevocationList[]
}

/**
 * Revocation lists at hand as a source. Lists signed with another key than the issuer's count when that key's certificate
 * is among the intermediates, leads to one of the anchors, and is itself not revoked. RFC 5280 6.3.
 *
 * @throws TypeError for lists or anchors that are no arrays; RangeError for a `skewMs` that is not finite or negative.
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
 * Several sources as one that asks each of them: revoked when any says so, good when one does and none says revoked. Where
 * sources are given to `verifyCertificate` side by side, the first that knows decides and the rest are not asked.
 *
 * @throws TypeError when a source is no function.
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

/** A source that throws knows nothing, and does not keep the others from being asked. */
async function answerOf(source: RevocationSource, question: Parameters<RevocationSource>): Promise<RevocationAnswer> {
  try {
    return await source(...question)
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'a source failed'
    return { status: 'unknown', evidence: [], problems: [problem] }
  }
}
