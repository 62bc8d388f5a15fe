import { isInForce, sameScope } from '../../revocation/crl/delta.ts'
import { ListIndex } from '../../revocation/crl/list-index.ts'
import type { RevocationList } from '../../revocation/index.ts'
import type { Certificate } from '../../x509/index.ts'
import type { RevocationSource } from '../report.ts'
import { Addresses, type AddressOptions, Http, type HttpOptions } from './http.ts'
import { clockSkewMs, endOf, reasonOf, span, Unavailable } from './limits.ts'
import { type Downloaded, type GetList, ListDownloads } from './list-downloads.ts'
import { readLists } from './list-file.ts'
import { type ListSourceOptions, listVerifier } from './list-verifier.ts'

/** Options of {@link crlHttpSource}. `maxBytes` defaults to 64 MiB. */
export interface CrlHttpSourceOptions extends ListSourceOptions, AddressOptions, HttpOptions {
  /**
   * Refresh interval of a list, milliseconds; meanwhile the cached list is used. Default 1 hour. With 0 each query
   * downloads and waits, at most a second while a current list is cached.
   */
  readonly maxAgeMs?: number | undefined
  /** Retry interval of an address after a failure, and while its list is expired, milliseconds. Default 30 000. */
  readonly retryMs?: number | undefined
}

/** Revocation lists over HTTP as a source, with access to the cached lists. */
export interface CrlHttpSource extends RevocationSource {
  /**
   * The cached lists of the anchors, and problems of downloading others; downloads those that are due. Addresses come
   * from `url`, or from the distribution points of the anchors themselves.
   *
   * @param at - the time of the verification.
   */
  held(at: Date): Promise<{ readonly lists: readonly RevocationList[]; readonly problems: readonly string[] }>
}

/**
 * Revocation lists over HTTP as a source, from given addresses or from allowed ones of the certificate's distribution
 * points. DER or PEM, one list per address, no redirects. Each list is verified before it is cached and again before
 * use, as in {@link crlSource}.
 *
 * A query waits for a download only if the cached lists do not have the status. A failure, a forged or an older list
 * never replaces the cached one, nor does one of another scope or one not in force while the cached one is current; a
 * list dated ahead replaces it when its time has come. Failures are reported in `problems`. Lists of at most 4096
 * addresses are kept in memory.
 *
 * @throws TypeError, RangeError for an option of a wrong type or out of range.
 */
export function crlHttpSource(options: CrlHttpSourceOptions): CrlHttpSource {
  const addresses = new Addresses(options, addressesOfLists)
  const http = new Http(options, 64 * 1_048_576)
  const maxAgeMs = span('maxAgeMs', options.maxAgeMs, 3_600_000)
  const retryMs = span('retryMs', options.retryMs, 30_000)
  const verify = listVerifier({ ...options, skewMs: options.skewMs ?? clockSkewMs })

  const get: GetList = async (address, held, issuer, at) => {
    const content = await http.body(address, { method: 'GET', headers: { accept: 'application/pkix-crl' } })
    const list = (await readLists(content, 1))[0]!
    if (!(await isSigned(list, [issuer, ...(options.intermediates ?? [])], options))) {
      throw new Unavailable('a list no key at hand has signed')
    }
    requireSuccessor(list, held, at)
    return list
  }
  const downloads = new ListDownloads(get, { maxAgeMs, retryMs })

  /** The lists for a query. @param atOnce - use cached lists without waiting, if any. */
  const gather = async (
    [certificate, issuer, at]: Parameters<RevocationSource>,
    atOnce: boolean,
  ): Promise<Gathered> => {
    const lists: RevocationList[] = []
    const problems: string[] = []
    const pending: Promise<Downloaded>[] = []
    try {
      for (const group of addresses.of(certificate, issuer)) {
        for (const address of group) {
          const found = await downloaded(address, issuer, at, atOnce, pending)
          if (found.problem !== undefined) problems.push(`list from ${address.origin}: ${found.problem}`)
          if (found.lists.length === 0) continue
          lists.push(...found.lists)
          break
        }
      }
    } catch (error) {
      problems.push(`lists over HTTP: ${reasonOf(error)}`)
    }
    return { lists: new ListIndex(lists), problems, pending }
  }

  const downloaded = async (
    address: URL,
    issuer: Certificate,
    at: Date,
    atOnce: boolean,
    pending: Promise<Downloaded>[],
  ): Promise<Downloaded> => {
    const { held, flight } = downloads.at(address, issuer, at)
    if (flight === undefined) return held!
    if (held === undefined || held.lists.length === 0) return flight
    if (!atOnce) {
      await endOf(flight, briefMs)
      return downloads.heldOf(address, issuer) ?? held
    }
    pending.push(flight)
    return held
  }

  const source: RevocationSource = async (...question) => {
    const { lists, problems, pending } = await gather(question, maxAgeMs > 0)
    const answer = await verify(lists, question, problems)
    if (answer.status !== 'unknown' || pending.length === 0) return answer
    // The cached lists do not have the status: wait for the downloads.
    await Promise.allSettled(pending)
    const after = await gather(question, true)
    return verify(after.lists, question, after.problems)
  }
  return Object.assign(source, {
    async held(at: Date) {
      const found = await Promise.all(options.anchors.map((anchor) => gather([anchor, anchor, at], true)))
      const lists = new Set(found.flatMap((one) => one.lists.lists))
      return { lists: [...lists], problems: [...new Set(found.flatMap(({ problems }) => problems))] }
    },
  })
}

/** Longest wait for a download while a list is cached, however small the refresh interval. */
const briefMs = 1000

/** Lists for one query. */
interface Gathered {
  readonly lists: ListIndex
  readonly problems: readonly string[]
  /** Pending downloads. */
  readonly pending: readonly Promise<Downloaded>[]
}

/** Certificates tried for one list. */
const mostSigners = 16

/** A forged list must not displace a valid one, although it would never be used. */
async function isSigned(
  list: RevocationList,
  candidates: readonly Certificate[],
  { signatures }: ListSourceOptions,
): Promise<boolean> {
  const named = candidates.filter(({ subjectName }) => subjectName.equals(list.issuerName))
  for (const candidate of named.slice(0, mostSigners)) {
    if (await list.verifySignature(candidate, signatures)) return true
  }
  return false
}

const older = 'an older list than the one held'

/** @throws Unavailable when the list is not one that follows the one held. */
function requireSuccessor(list: RevocationList, held: RevocationList | undefined, at: Date): void {
  if (held === undefined) return
  if (list.thisUpdate < held.thisUpdate) throw new Unavailable(older)
  if (held.nextUpdate === undefined || held.nextUpdate < at) return
  if (list.thisUpdate <= at && !isInForce(list, at) && isInForce(held, at)) {
    throw new Unavailable('a list that is not in force, unlike the one held')
  }
  if (list.isDelta !== held.isDelta || !sameScope(list, held)) throw new Unavailable('another list than the one held')
  const [before, after] = [held.extensions.crlNumber, list.extensions.crlNumber]
  if (before !== undefined && (after === undefined || after < before)) throw new Unavailable(older)
}

/** All addresses of a distribution point refer to the same list. RFC 5280 4.2.1.13. */
function addressesOfLists({ extensions }: Certificate): readonly (readonly string[])[] {
  return (extensions.crlDistributionPoints ?? []).map(({ name }) =>
    name?.kind === 'full' ? name.names.flatMap((one) => (one.kind === 'uri' ? [one.value] : [])) : [],
  )
}
