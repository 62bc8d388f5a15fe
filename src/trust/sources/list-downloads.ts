import type { RevocationList } from '../../revocation/index.ts'
import type { Certificate } from '../../x509/index.ts'
import { RecentMap } from './recent-map.ts'
import { reasonOf } from './unavailable.ts'

/** When an address is asked again, milliseconds. */
export interface DownloadTimes {
  readonly maxAgeMs: number
  readonly retryMs: number
}

/** What an address has given. */
export interface Downloaded {
  readonly list: RevocationList | undefined
  /** Why the last try gave nothing. */
  readonly problem: string | undefined
}

interface Held extends Downloaded {
  readonly triedAt: number
}

/** Gets a list to put in the place of the one held. @throws Unavailable, CertificateError when that one stays. */
export type GetList = (
  address: URL,
  held: RevocationList | undefined,
  issuer: Certificate,
  at: Date,
) => Promise<RevocationList>

/** Addresses whose list is kept. */
const mostHeld = 64

/**
 * Lists by address and key of the issuer who is asked for, each fetched once at a time. A failure leaves the list held in use: its own `nextUpdate` says how long.
 */
export class ListDownloads {
  readonly #get: GetList
  readonly #times: DownloadTimes
  readonly #held = new RecentMap<string, Held>(mostHeld)
  readonly #flights = new Map<string, Promise<Held>>()

  constructor(get: GetList, times: DownloadTimes) {
    this.#get = get
    this.#times = times
  }

  async at(address: URL, issuer: Certificate, at: Date): Promise<Downloaded> {
    const key = `${issuer.key.id} ${address.href}`
    const held = this.#held.get(key)
    if (held !== undefined && performance.now() - held.triedAt < this.#keptFor(held, at)) return held
    const flight = this.#flights.get(key) ?? this.#fetch(key, address, held, issuer, at)
    this.#flights.set(key, flight)
    return flight
  }

  async #fetch(key: string, address: URL, held: Held | undefined, issuer: Certificate, at: Date): Promise<Held> {
    let found: Downloaded
    try {
      found = { list: await this.#get(address, held?.list, issuer, at), problem: undefined }
    } catch (error) {
      found = { list: held?.list, problem: reasonOf(error) }
    } finally {
      this.#flights.delete(key)
    }
    const fresh = { ...found, triedAt: performance.now() }
    this.#held.set(key, fresh)
    return fresh
  }

  /** An outdated list is looked at again like a failure, not with each question. */
  #keptFor({ list, problem }: Held, at: Date): number {
    const { maxAgeMs, retryMs } = this.#times
    if (problem !== undefined || list === undefined) return retryMs
    const outdated = list.nextUpdate === undefined || list.nextUpdate < at
    return outdated ? Math.min(retryMs, maxAgeMs) : maxAgeMs
  }
}
