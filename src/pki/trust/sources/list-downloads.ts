import { RecentMap } from '../../../recent-map.ts'
import { isInForce, supersedes } from '../../revocation/crl/delta.ts'
import type { RevocationList } from '../../revocation/index.ts'
import type { Certificate } from '../../x509/index.ts'
import { reasonOf } from './unavailable.ts'

/** When an address is asked again, milliseconds. */
export interface DownloadTimes {
  readonly maxAgeMs: number
  readonly retryMs: number
}

/** What an address has given. */
export interface Downloaded {
  /** The newest list in force, and those dated ahead of the clock that will follow it. */
  readonly lists: readonly RevocationList[]
  /** Why the last try gave nothing. */
  readonly problem: string | undefined
}

interface Held extends Downloaded {
  readonly triedAt: number
}

/**
 * Gets a list to put in the place of the one held. @throws Unavailable, CertificateError when that one stays.
 *
 * @param held - the one in force, or else the last one there was.
 */
export type GetList = (
  address: URL,
  held: RevocationList | undefined,
  issuer: Certificate,
  at: Date,
) => Promise<RevocationList>

/** Addresses whose list is kept; the JPKI has one list for each of some 1,900 municipalities. */
const mostHeld = 4096
/** Lists of one address kept that are dated ahead of the clock. */
const mostAhead = 2

/**
 * Lists by address and key of the issuer who is asked for, each fetched once at a time. A failure leaves the list held in
 * use: its own `nextUpdate` says how long.
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
   * What is held of an address, at once, and the download under way, which is started when it is time for one. A download
   * fails only by a fault of the program.
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
      // Whoever waits gets the fault; in the background it must not end the process.
      flight.catch(() => {})
    }
    return { held, flight }
  }

  /** What is held of an address. */
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

  /** An outdated list, or one that is not in force yet, is looked at again like a failure, not with each question. */
  #keptFor({ lists, problem }: Held, at: Date): number {
    const { maxAgeMs, retryMs } = this.#times
    if (problem !== undefined || lists.length === 0) return retryMs
    return lists.some((list) => isInForce(list, at)) ? maxAgeMs : Math.min(retryMs, maxAgeMs)
  }
}

const isAhead = ({ thisUpdate }: RevocationList, at: Date): boolean => thisUpdate > at

/** What is kept now that a list has come: it, or it and the one in force while it is dated ahead. */
function successors(
  before: readonly RevocationList[],
  inForce: RevocationList | undefined,
  list: RevocationList,
  at: Date,
): readonly RevocationList[] {
  const others = before.filter((one) => isAhead(one, at) && one !== inForce && one.sha256 !== list.sha256)
  const kept = isAhead(list, at) ? [list, ...others] : others.filter((one) => supersedes(one, list))
  // Those that will be in force first: a date far ahead must not keep out the next list.
  const ahead = kept.sort((a, b) => a.thisUpdate.getTime() - b.thisUpdate.getTime()).slice(0, mostAhead)
  if (!isAhead(list, at)) return [list, ...ahead]
  return inForce === undefined || inForce.sha256 === list.sha256 ? ahead : [inForce, ...ahead]
}
