import { indexOf } from '../../revocation/crl/list-index.ts'
import { RevocationList } from '../../revocation/index.ts'
import type { RevocationSource } from '../report.ts'
import { type ListSourceOptions, listJudge } from './list-judge.ts'

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
  const judge = listJudge(options)
  return (...question) => judge(indexOf(lists), question)
}
