import { RecentMap } from '../../../recent-map.ts'
import { isInForce, supersedes } from '../../revocation/crl/delta.ts'
import type { RevocationList } from '../../revocation/index.ts'
import type { Certificate } from '../../x509/index.ts'
import { reasonOf } from './limits.ts'

/** Refresh and retry intervals of an address, milliseconds. */
export interface DownloadTimes {
  readonly maxAgeMs: number
  readonly retryMs: number
}

/** State of an address. */
export interface Downloaded {
  /** The newest list in force, and its successors dated ahead of the clock. */
  readonly lists: readonly RevocationList[]
  /** Why the last attempt failed. */
  readonly problem: string | undefined
}

interface Held extends Downloaded {
  readonly triedAt: number
}

/**
 * Fetches a list to replace the cached one. @throws Unavailable, CertificateError when the cached one stays.
 *
 * @param held - the cached list in force, or else the last cached one.
 */
export type GetList = (
  address: URL,
  held: RevocationList | undefined,
  issuer: Certificate,
  at: Date,
) => Promise<RevocationList>

/** Addresses whose list is kept; the JPKI has one list for each of some 1,900 municipalities. */
const mostHeld = 4096
/** Lists dated ahead that are kept per address. */
const mostAhead = 2

/**
 * Lists by address and issuer key, each fetched once at a time. A failure leaves the cached list in use until its own
 * `nextUpdate`.
 */
export class ListDownloads {
  readonly #get: GetList
  readonly #times: DownloadTimes
  readonly #held = new RecentMap<string, Held>(mostHeld)
  readonly #flights = new Map<string, Promise<Downloaded>>()

  constructor(get: GetList, times: DownloadTimes) {
    this.#get = get
    this.#times = times
  }

  /**
   * The cached state of an address, immediately, and the pending download, started when due. A download rejects only
   * for a programming error.
   */
  at(
    address: URL,
    issuer: Certificate,
    at: Date,
  ): { readonly held: Downloaded | undefined; readonly flight: Promise<Downloaded> | undefined } {
    const key = `${issuer.key.id} ${address.href}`
    const held = this.#held.get(key)
    let flight = this.#flights.get(key)
    if (flight === undefined && (held === undefined || performance.now() - held.triedAt >= this.#keptFor(held, at))) {
      flight = this.#fetch(key, address, held, issuer, at)
      this.#flights.set(key, flight)
      // The awaiting caller gets the error; unawaited it must not end the process.
      flight.catch(() => {})
    }
    return { held, flight }
  }

  /** The cached state of an address. */
  heldOf(address: URL, issuer: Certificate): Downloaded | undefined {
    return this.#held.get(`${issuer.key.id} ${address.href}`)
  }

  async #fetch(key: string, address: URL, held: Held | undefined, issuer: Certificate, at: Date): Promise<Downloaded> {
    const before = held?.lists ?? []
    let found: Downloaded = { lists: before, problem: 'the download failed' }
    try {
      const inForce =
        before.find((list) => isInForce(list, at)) ?? before.find((list) => !isAhead(list, at)) ?? before[0]
      const list = await this.#get(address, inForce, issuer, at)
      found = { lists: successors(before, inForce, list, at), problem: undefined }
    } catch (error) {
      found = { lists: before, problem: reasonOf(error) }
    } finally {
      this.#flights.delete(key)
      this.#held.set(key, { ...found, triedAt: performance.now() })
    }
    return found
  }

  /** An expired list, or one not in force yet, is retried like a failure, not with each query. */
  #keptFor({ lists, problem }: Held, at: Date): number {
    const { maxAgeMs, retryMs } = this.#times
    if (problem !== undefined || lists.length === 0) return retryMs
    return lists.some((list) => isInForce(list, at)) ? maxAgeMs : Math.min(retryMs, maxAgeMs)
  }
}

const isAhead = ({ thisUpdate }: RevocationList, at: Date): boolean => thisUpdate > at

/** The lists kept after a download: the new one, together with the one in force while the new one is dated ahead. */
function successors(
  before: readonly RevocationList[],
  inForce: RevocationList | undefined,
  list: RevocationList,
  at: Date,
): readonly RevocationList[] {
  const others = before.filter((one) => isAhead(one, at) && one !== inForce && one.sha256 !== list.sha256)
  const kept = isAhead(list, at) ? [list, ...others] : others.filter((one) => supersedes(one, list))
  // Earliest first: a date far ahead must not displace the next list.
  const ahead = kept.sort((a, b) => a.thisUpdate.getTime() - b.thisUpdate.getTime()).slice(0, mostAhead)
  if (!isAhead(list, at)) return [list, ...ahead]
  return inForce === undefined || inForce.sha256 === list.sha256 ? ahead : [inForce, ...ahead]
}
