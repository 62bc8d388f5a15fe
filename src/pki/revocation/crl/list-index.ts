import { setImmediate } from 'node:timers/promises'
import { latin1Text, toHex } from '../../../bytes.ts'
import type { Certificate } from '../../x509/certificate.ts'
import type { DistributionPoint } from '../../x509/extensions.ts'
import type { GeneralName } from '../../x509/general-name.ts'
import type { Name } from '../../x509/name.ts'
import { compareAge } from './delta.ts'
import { fullNames, issuersOf, namesOf } from './distribution-points.ts'
import type { RevocationList } from './revocation-list.ts'

/** Lists of one issuer, each array newest first. */
interface IssuerLists {
  /** Lists whose issuingDistributionPoint has no name: they may belong to any distribution point. */
  readonly unnamed: RevocationList[]
  /** Other lists, by each of their names: distinguished names in comparable form, and others. */
  readonly directories: Map<string, RevocationList[]>
  readonly others: Map<string, RevocationList[]>
}

/** Keys to find a list by; kept with the list, because decoding names is the most expensive step here. */
interface ListKeys {
  readonly issuer: NameKey
  /** Whether its distribution point has a name. */
  readonly named: boolean
  readonly directories: readonly NameKey[]
  readonly others: readonly string[]
}

/** A distinguished name, encoded and in the comparable form of RFC 5280 7.1. */
interface NameKey {
  readonly encoded: string
  readonly compared: string
}

/** Up to this number of lists, each is compared with the certificate directly. */
const few = 4
/** Lists from this number of entries on take longer than about a millisecond to hash. */
const manyEntries = 10_000
/** Names that no list has, remembered by their encoding. */
const mostAsked = 64
/** Lists sorted before yielding to the event loop. */
const slice = 64

/**
 * Lists by issuer and distribution point: a certificate is compared only with those that may cover it. The JPKI has one
 * list for each of some 1,900 municipalities, all of one issuer.
 */
export class ListIndex {
  #lists: readonly RevocationList[] = []
  #long: readonly RevocationList[] = []
  /** By the name in comparable form. */
  readonly #issuers = new Map<string, IssuerLists>()
  /** Names of the lists by their encoding, so that the same bytes are not decoded again. */
  readonly #compared = new Map<string, string>()
  /** The same for names without lists, such as the alternative name of an issuer in all its certificates. */
  readonly #asked = new Map<string, string>()

  constructor(lists: readonly RevocationList[]) {
    const steps = this.#fill(lists)
    while (!steps.next().done);
  }

  /** The same for any number of lists, yielding to the event loop. */
  static async load(lists: readonly RevocationList[]): Promise<ListIndex> {
    const index = new ListIndex([])
    for (const _ of index.#fill(lists)) await setImmediate()
    return index
  }

  /** Every list once, newest first. */
  get lists(): readonly RevocationList[] {
    return this.#lists
  }

  /** Lists too long to be hashed without yielding. */
  get long(): readonly RevocationList[] {
    return this.#long
  }

  *#fill(lists: readonly RevocationList[]): Generator<void, void> {
    this.#lists = lists.length < 2 ? [...lists] : [...new Set(lists)].sort((a, b) => compareAge(b, a))
    this.#long = this.#lists.filter(({ count }) => count >= manyEntries)
    if (this.#lists.length <= few) return
    for (const [i, list] of this.#lists.entries()) {
      if (i % slice === 0) yield
      this.#add(list, keysOf(list))
    }
  }

  #add(list: RevocationList, { issuer, named, directories, others }: ListKeys): void {
    this.#compared.set(issuer.encoded, issuer.compared)
    let group = this.#issuers.get(issuer.compared)
    if (group === undefined) {
      group = { unnamed: [], directories: new Map(), others: new Map() }
      this.#issuers.set(issuer.compared, group)
    }
    if (!named) group.unnamed.push(list)
    for (const { encoded, compared } of directories) {
      this.#compared.set(encoded, compared)
      put(group.directories, compared, list)
    }
    for (const name of others) put(group.others, name, list)
  }

  /**
   * Lists that may be in scope of one of the distribution points, newest first. Contains every list that is in scope;
   * whether one is must still be checked. RFC 5280 6.3.3 (b) (1), (2).
   */
  candidates(certificate: Certificate, points: readonly DistributionPoint[]): readonly RevocationList[] {
    if (this.#lists.length <= few) return this.#lists
    const found = new Set<readonly RevocationList[]>()
    for (const point of points) {
      for (const issuer of issuersOf(point, certificate)) {
        const group = this.#issuers.get(this.#comparedName(issuer))
        if (group === undefined) continue
        if (group.unnamed.length > 0) found.add(group.unnamed)
        if (group.directories.size + group.others.size === 0) continue
        for (const name of namesOf(point, certificate)) {
          const lists =
            name.kind === 'directory'
              ? group.directories.get(this.#comparedName(name.value))
              : group.others.get(keyOfOther(name))
          if (lists !== undefined) found.add(lists)
        }
      }
    }
    const [first, ...others] = found
    if (first === undefined || others.length === 0) return first ?? []
    return [...new Set([...first, ...others.flat()])].sort((a, b) => compareAge(b, a))
  }

  #comparedName(name: Name): string {
    const known = this.#compared.get(name.encoded) ?? this.#asked.get(name.encoded)
    if (known !== undefined) return known
    const found = compared(name)
    if (this.#asked.size >= mostAsked) this.#asked.clear()
    this.#asked.set(name.encoded, found)
    return found
  }
}

function put(lists: Map<string, RevocationList[]>, key: string, list: RevocationList): void {
  const found = lists.get(key)
  if (found === undefined) lists.set(key, [list])
  else if (found[found.length - 1] !== list) found.push(list)
}

const indexes = new WeakMap<readonly RevocationList[], { readonly index: ListIndex; readonly of: RevocationList[] }>()

/** The index of an array of lists, rebuilt only when the content of the array changes. */
export function indexOf(lists: readonly RevocationList[]): ListIndex {
  const known = indexes.get(lists)
  if (known !== undefined && sameLists(known.of, lists)) return known.index
  const index = new ListIndex(lists)
  indexes.set(lists, { index, of: [...lists] })
  return index
}

function sameLists(a: readonly RevocationList[], b: readonly RevocationList[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

const keys = new WeakMap<RevocationList, ListKeys>()
/** The issuer of the previous list: usually many lists have the same. */
let lastIssuer: NameKey | undefined

/** The keys an index finds the list by. */
function keysOf(list: RevocationList): ListKeys {
  const known = keys.get(list)
  if (known !== undefined) return known
  const { name } = list.extensions.issuingDistributionPoint ?? {}
  const names = name === undefined ? [] : fullNames(name, list.issuerName)
  if (lastIssuer?.encoded !== list.issuerName.encoded) lastIssuer = nameKey(list.issuerName)
  const made: ListKeys = {
    issuer: lastIssuer,
    named: name !== undefined,
    directories: names.flatMap((one) => (one.kind === 'directory' ? [nameKey(one.value)] : [])),
    others: names.flatMap((one) => (one.kind === 'directory' ? [] : [keyOfOther(one)])),
  }
  keys.set(list, made)
  return made
}

/** Issuer, distribution point, key identifier and kind of a list: equal where `sameScope` is true. */
export function scopeOf(list: RevocationList): string {
  const { issuingDistributionPoint, authorityKeyId } = list.extensions
  const parts = [issuingDistributionPoint?.der, authorityKeyId].map((part) => part && latin1Text(part))
  return JSON.stringify([list.isDelta, keysOf(list).issuer.compared, ...parts])
}

const nameKey = (name: Name): NameKey => ({ encoded: name.encoded, compared: compared(name) })

/** Equal exactly when `Name.equals` is true. */
const compared = (name: Name): string => JSON.stringify(name.key)

function keyOfOther(name: Exclude<GeneralName, { kind: 'directory' }>): string {
  const value = typeof name.value === 'string' ? name.value : toHex(name.value)
  return name.kind === 'other' ? `other ${name.type} ${value}` : `${name.kind} ${value}`
}
