import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { Condition, HealthSource } from './health.ts'
import type { NonceStore } from './stores/store.ts'

/** Lifetime of an announcement: a killed instance is forgotten after it. Milliseconds, as below. */
const lifetimeMs = 50_000
/** The age at which it is renewed, and the others are looked at. */
const renewalMs = 15_000
/** The same while another instance differs, so that its end is noticed soon. */
const recheckMs = 2_000
/** How long a new difference lasts before requests are refused for it: all instances reload their settings within it. */
const graceMs = 5_000

const domain = 'jpki-card-instance:1\0'
/** In place of a version or digest that was not given. */
const unknown = '-'

/** What an instance announces of itself. */
export interface InstanceOptions {
  readonly origin: string
  readonly pseudonymKey: KeyObject
  /** Version of the software; compared where both instances have one. */
  readonly version?: string | undefined
  /** Digest of the settings that must be equal; compared where both instances have one. */
  readonly configuration?: string | undefined
  /** Name for operators, such as host name and process id. */
  readonly name?: string | undefined
}

/** In what an instance differs from another one on its store. */
export type InstanceDifference = 'origin' | 'pseudonym-key' | 'version' | 'configuration'

/** An instance that announces itself in a store. */
export interface AnnouncedInstance {
  readonly name: string | undefined
  readonly origin: string
  readonly version: string | undefined
  /** Digest of its settings. */
  readonly configuration: string | undefined
  readonly differs: readonly InstanceDifference[]
}

interface Announcement {
  readonly origin: string
  readonly fingerprint: string
  readonly version: string
  readonly configuration: string
  readonly name: string
}

/** Words separated by spaces; the last one makes each instance's text its own. */
function textOf({ origin, fingerprint, version, configuration, name }: Announcement): string {
  return [origin, fingerprint, version, configuration, name, randomBytes(6).toString('base64url')].join(' ')
}

function announcementOf({ origin, pseudonymKey, version, configuration, name }: InstanceOptions): Announcement {
  const word = (text: string | undefined): string => text?.replaceAll(/\s/g, '_') || unknown
  return {
    origin,
    fingerprint: createHmac('sha256', pseudonymKey).update(domain).digest('base64url'),
    version: word(version),
    configuration: word(configuration),
    name: word(name),
  }
}

function readAnnouncement(text: unknown): Announcement | undefined {
  if (typeof text !== 'string') return undefined
  const [origin, fingerprint, version = unknown, configuration = unknown, name = unknown] = text.split(' ')
  if (origin === undefined || fingerprint === undefined) return undefined
  return { origin, fingerprint, version, configuration, name }
}

/** With another origin it is another service, of which nothing else is compared. */
function differencesOf(own: Announcement, other: Announcement): readonly InstanceDifference[] {
  if (other.origin !== own.origin) return ['origin']
  const differ = (a: string, b: string): boolean => a !== unknown && b !== unknown && a !== b
  return [
    ...(other.fingerprint === own.fingerprint ? [] : (['pseudonym-key'] as const)),
    ...(differ(own.version, other.version) ? (['version'] as const) : []),
    ...(differ(own.configuration, other.configuration) ? (['configuration'] as const) : []),
  ]
}

/**
 * The instances that announce themselves in a store, compared with what is given; announces nothing itself.
 *
 * @throws RefusalError of the store.
 */
export async function announcedInstances(
  store: NonceStore,
  own: Omit<InstanceOptions, 'pseudonymKey' | 'name'> & { readonly pseudonymKey: Uint8Array },
): Promise<readonly AnnouncedInstance[]> {
  const compared = announcementOf({ ...own, pseudonymKey: createSecretKey(own.pseudonymKey) })
  // Withdraws what was never announced.
  const texts = (await store.announce?.(textOf(compared), 0)) ?? []
  const known = (text: string): string | undefined => (text === unknown ? undefined : text)
  return texts.flatMap((text) => {
    const other = readAnnouncement(text)
    if (other === undefined) return []
    const { origin, version, configuration, name } = other
    return {
      ...{ name: known(name), origin, version: known(version), configuration: known(configuration) },
      differs: differencesOf(compared, other),
    }
  })
}

type Found = Pick<Condition, 'state' | 'reason' | 'detail'> & { readonly reason: string; readonly since: Date }

/**
 * Detects services that share a store but differ in origin, pseudonymKey, version or configuration. Each instance
 * announces them in the store, and compares the announcements of the others. Of the key it announces a fingerprint: an
 * HMAC under the key, from which the store cannot derive it.
 */
export class Instances implements HealthSource {
  readonly #store: NonceStore
  #own: Announcement
  #text: string
  #checkedAt = -Infinity
  /** Settled since the first check: from then on a new difference has its grace period. */
  #isSettled = false
  #isWithdrawn = false
  /** Differences by reason, with the time (performance.now) at which each was first found. */
  readonly #seen = new Map<string, number>()
  #found: readonly Found[] = []
  #since: Date | undefined

  constructor(store: NonceStore, options: InstanceOptions) {
    this.#store = store
    this.#own = announcementOf(options)
    this.#text = textOf(this.#own)
  }

  /** Renews the announcement in the background when it is due; otherwise one comparison. */
  refresh(): void {
    const age = performance.now() - this.#checkedAt
    if (age >= (this.#seen.size > 0 ? recheckMs : renewalMs)) void this.check()
  }

  /** Announces and compares now. Never rejects: a failing store is reported by the calls that need it. */
  async check(): Promise<void> {
    if (this.#isWithdrawn) return
    this.#checkedAt = performance.now()
    const text = this.#text
    let announced: readonly unknown[]
    try {
      announced = (await this.#store.announce?.(text, lifetimeMs)) ?? []
      // Withdrawn meanwhile, or announced with another configuration.
      if (this.#isWithdrawn || text !== this.#text) await this.#store.announce?.(text, 0)
    } catch {
      return
    }
    if (text === this.#text) this.#compare(announced.filter((one) => one !== text))
  }

  /** Announces another configuration from now on, in place of the former one. Never rejects. */
  async reconfigure(configuration: string | undefined): Promise<void> {
    const next = { ...this.#own, configuration: configuration ?? unknown }
    if (next.configuration === this.#own.configuration) return
    const former = this.#text
    this.#own = next
    this.#text = textOf(next)
    await this.#withdraw(former)
    await this.check()
  }

  /** Withdraws the announcement for good: the others do not compare with it any more. Never rejects. */
  async withdraw(): Promise<void> {
    this.#isWithdrawn = true
    await this.#withdraw(this.#text)
  }

  conditions(): readonly Condition[] {
    if (this.#found.length === 0) return [{ part: 'instances', state: 'ok', since: this.#since }]
    return this.#found.map((one) => ({ part: 'instances', ...one }))
  }

  async #withdraw(text: string): Promise<void> {
    try {
      await this.#store.announce?.(text, 0)
    } catch {
      // It ends by itself.
    }
  }

  #compare(announced: readonly unknown[]): void {
    const now = performance.now()
    const found = conditionsOf(this.#own, announced.map(readAnnouncement))
    for (const reason of this.#seen.keys()) if (!found.some((one) => one.reason === reason)) this.#seen.delete(reason)
    for (const { reason } of found) if (!this.#seen.has(reason)) this.#seen.set(reason, now)
    const isDue = ({ state, reason }: { state: string; reason: string }): boolean =>
      state !== 'failed' || !this.#isSettled || now - this.#seen.get(reason)! >= graceMs || this.#has(reason)
    const shown = found.filter(isDue)
    if (shown.length === 0 && this.#found.length > 0) this.#since = new Date()
    this.#found = shown.map((one) => ({
      ...one,
      since: this.#found.find(({ reason }) => reason === one.reason)?.since ?? new Date(),
    }))
    this.#isSettled = true
  }

  #has(reason: string): boolean {
    return this.#found.some((one) => one.reason === reason)
  }
}

function conditionsOf(
  own: Announcement,
  others: readonly (Announcement | undefined)[],
): readonly Omit<Found, 'since'>[] {
  const compared = others.flatMap((other) => (other === undefined ? [] : { other, differs: differencesOf(own, other) }))
  const differing = (difference: InstanceDifference): readonly Announcement[] =>
    compared.filter(({ differs }) => differs.includes(difference)).map(({ other }) => other)
  const named = (list: readonly Announcement[], value: (one: Announcement) => string): string =>
    [...new Set(list.map((one) => (one.name === unknown ? value(one) : `${value(one)} (${one.name})`)))]
      .slice(0, 5)
      .join(', ')
  const brief = ({ configuration }: Announcement): string => configuration.slice(0, 8)
  const [key, origin, version, configuration] = (['pseudonym-key', 'origin', 'version', 'configuration'] as const).map(
    differing,
  ) as [Announcement[], Announcement[], Announcement[], Announcement[]]
  const found: Omit<Found, 'since'>[] = []
  if (version.length > 0) {
    const versions = named(version, (one) => one.version)
    const detail = `instances on this store have different versions: this one ${own.version}, others ${versions}`
    found.push({ state: 'failed', reason: 'version-differs', detail })
  }
  if (configuration.length > 0) {
    const digests = named(configuration, brief)
    const detail = `instances on this store have different settings: digest of this one ${brief(own)}, of others ${digests}`
    found.push({ state: 'failed', reason: 'configuration-differs', detail })
  }
  if (key.length > 0) {
    const detail =
      'another instance on this store has another pseudonymKey: the same person gets two holder identifiers'
    found.push({ state: 'warning', reason: 'pseudonym-key-differs', detail })
  } else if (origin.length > 0) {
    const detail =
      'another instance on this store has another origin: configure the same origin for all, or a separate prefix per service'
    found.push({ state: 'warning', reason: 'origin-differs', detail })
  }
  return found
}
