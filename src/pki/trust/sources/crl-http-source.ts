import { isInForce, sameScope } from '../../revocation/crl/delta.ts'
import { ListIndex } from '../../revocation/crl/list-index.ts'
import type { RevocationList } from '../../revocation/index.ts'
import type { Certificate } from '../../x509/index.ts'
import type { RevocationSource } from '../report.ts'
import { Addresses, type AddressOptions } from './addresses.ts'
import { Http, type HttpOptions } from './http.ts'
import { clockSkewMs, endOf, span } from './limits.ts'
import { type Downloaded, type GetList, ListDownloads } from './list-downloads.ts'
import { readLists } from './list-file.ts'
import { type ListSourceOptions, listVerifier } from './list-verifier.ts'
import { reasonOf, Unavailable } from './unavailable.ts'

/** Where lists are downloaded from, and how. `maxBytes` is 64 MiB by default. */
export interface CrlHttpSourceOptions extends ListSourceOptions, AddressOptions, HttpOptions {
  /**
   * A list is asked for again after so long, milliseconds, while questions are answered from what is held. Default 1 hour.
   * With 0 each question asks and waits for that, but not longer than a second while a current list is held.
   */
  readonly maxAgeMs?: number | undefined
  /** After a failure, and while the list is outdated, an address is left alone so long, milliseconds. Default 30 000. */
  readonly retryMs?: number | undefined
}

/** Revocation lists over HTTP as a source, which also shows what it holds. */
export interface CrlHttpSource extends RevocationSource {
  /**
   * The lists that are held for the anchors, and why others could not be downloaded; downloads what it is time for. Addresses
   * come from `url`, or from the distribution points of the anchors themselves.
   *
   * @param at - the time of the question.
   */
  held(at: Date): Promise<{ readonly lists: readonly RevocationList[]; readonly problems: readonly string[] }>
}

/**
 * Revocation lists over HTTP as a source, from addresses given or from those of the certificate's distribution points that
 * are allowed. DER or PEM, one list an address, no redirects. Each list is verified before it is kept and again before it
 * counts, as in {@link crlSource}.
 *
 * A question waits for a download only when what is held does not answer it. A failure, a forged list or an older one never
 * takes the place of the list held, nor does one of another scope or one that is not in force while that is current; a list
 * dated ahead of the clock follows it when its time has come. What failed is reported in `problems`. Lists are kept in
 * memory, of at most 4096 addresses.
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

  /** The lists for a question. @param atOnce - what is held will do, where anything is. */
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
    // What is held does not answer it: perhaps what comes does.
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

/** A download that takes longer is not waited for while a list is held, however often one is asked for. */
const briefMs = 1000

/** What a question is answered from. */
interface Gathered {
  readonly lists: ListIndex
  readonly problems: readonly string[]
  /** Downloads that were not waited for. */
  readonly pending: readonly Promise<Downloaded>[]
}

/** Certificates tried for one list. */
const mostSigners = 16

/** A forged list must not take the place of a good one, though it would never count. */
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

/** Addresses of a distribution point lead to the same list. RFC 5280 4.2.1.13. */
function addressesOfLists({ extensions }: Certificate): readonly (readonly string[])[] {
  return (extensions.crlDistributionPoints ?? []).map(({ name }) =>
    name?.kind === 'full' ? name.names.flatMap((one) => (one.kind === 'uri' ? [one.value] : [])) : [],
  )
}
