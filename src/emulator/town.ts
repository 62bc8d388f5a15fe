/** A town of invented residents with their cards, its authorities and their revocation lists. */

import { X509Certificate } from 'node:crypto'
import { wholeSecond } from './issue/asn1.ts'
import { type Authorities, makeAuthorities } from './issue/authorities.ts'
import { dayInJapan, endOfDayInJapan } from './issue/calendar.ts'
import { type Holder, withCheckDigit } from './issue/holder.ts'
import { type Identity, type IdentityOptions, makeIdentity } from './issue/identity.ts'
import type { IdentityCard } from './issue/identity-file.ts'
import { type NumberSource, seededNumbers } from './issue/number-source.ts'
import { issueRevocationList, type RevocationListEntry } from './issue/revocation-list.ts'
import { generateKeys } from './rsa.ts'

/** All moods, in the order in which the first residents of a town have them. Meanings: {@link Mood}. */
export const moods = [
  'ordinary',
  'renewal-window',
  'certificate-expired',
  'card-expired',
  'revoked',
  'child',
  'pin-blocked',
  'last-try',
  'face-authentication',
  'residence',
  'phone-android',
  'phone-iphone',
  'phone-iphone-unverified',
  'registration-expired',
] as const

/**
 * What is special about a resident and the card.
 *
 * - `ordinary`: an adult with a valid card.
 * - `renewal-window`: the certificates end within three months.
 * - `certificate-expired`: they have ended; the card has not.
 * - `card-expired`: card and certificates ended on the same day.
 * - `revoked`: both certificates are in the revocation lists.
 * - `child`: 4 to 14 years old, without 署名用電子証明書, with a card of five years.
 * - `pin-blocked`: 利用者証明用 PIN without tries. `last-try`: with one.
 * - `face-authentication`: 顔認証マイナンバーカード. `residence`: 特定在留カード of a foreign resident.
 * - `phone-android`, `phone-iphone`: a phone; the holder of an iPhone has verified. `phone-iphone-unverified`: has not.
 * - `registration-expired`: a Juki card, issued more than ten years ago.
 */
export type Mood = (typeof moods)[number]

/** A resident. */
export interface Resident {
  /** Number in the town, four digits or more from `0001`. */
  readonly id: string
  readonly mood: Mood
  readonly identity: Identity
  /** The card: `createVirtualCard({ ...resident.card, identity: resident.identity })`. JSON. */
  readonly card: IdentityCard
}

/** Options of {@link createTown}. */
export interface TownOptions {
  /** 1 to 9999. Default 20. */
  readonly residents?: number | undefined
  /** 1 to 100 characters. Default `1`. */
  readonly seed?: string | undefined
  /** Instant all dates refer to. Default: now. */
  readonly now?: Date | undefined
  /**
   * RSA key pairs that the residents' certificates share, 2 to 20 000; twice the number of residents: no two certificates
   * have one key. Default: 16, or fewer for fewer than eight residents. Each takes about a tenth of a second.
   */
  readonly keyPairs?: number | undefined
}

/** A town. */
export interface Town {
  readonly authorities: Authorities
  readonly residents: readonly Resident[]
  /** Revocation lists of both authorities in DER, from an hour before `now` to 30 days after. */
  readonly lists: { readonly auth: Uint8Array; readonly sign: Uint8Array }
  /** nextUpdate of the lists. */
  readonly validUntil: Date
}

/**
 * Creates a town: a few seconds for the keys, then some milliseconds per resident. The first residents have every mood
 * once; of the others half are `ordinary`.
 *
 * The same seed, `now` and version of this package give the same persons, numbers, dates, moods and certificates, the
 * keys and what depends on them (signatures, key identifiers) excepted: keys are random, so that no one who knows a seed
 * can issue certificates of a town that someone trusts. A resident does not depend on the number of residents.
 *
 * Shared by all residents: the authorities, the card-verifiable certificates, the keys of text, visual and common AP; the
 * keys of the certificates as `keyPairs` says.
 *
 * @throws RangeError or TypeError naming an option that is out of its range.
 */
export async function createTown(options: TownOptions = {}): Promise<Town> {
  const { residents: count = 20, seed = '1' } = options
  checkInteger('residents', count, 1, 9999)
  if (typeof seed !== 'string' || seed.length < 1 || seed.length > 100) {
    throw new TypeError('seed must be text of 1 to 100 characters')
  }
  const { keyPairs = Math.min(16, 2 * count) } = options
  checkInteger('keyPairs', keyPairs, 2, 20_000)
  const now = wholeSecond(options.now ?? new Date(), 'now')
  const base = seededNumbers(`town\0${seed}`, () => 1)
  const firstSerial = 0x0100_0000 + base.below(0x3000_0000)
  const numbersOf = (index: number): NumberSource => {
    let serial = firstSerial + 2 * index
    return seededNumbers(`${index}\0${seed}`, () => serial++)
  }
  // Seven years before now to seven years after: all but the long expired certificates of Juki cards lie within.
  const founding = { now: new Date(now.getTime() - 6 * year), validYears: 14 }
  const authorities = await makeAuthorities(founding, numbersOf(0))
  const keys = await Promise.all(Array.from({ length: keyPairs }, generateKeys))
  const residents: Resident[] = []
  for (let index = 0; index < count; index++) {
    const numbers = numbersOf(index + 1)
    const mood = moods[index] ?? (numbers.below(2) === 0 ? 'ordinary' : moods[numbers.below(moods.length)]!)
    const { card = {}, ...plan } = plans[mood](numbers, now)
    const own = {
      ...plan,
      authorities,
      keys: { auth: keys[(2 * index) % keyPairs]!, sign: keys[(2 * index + 1) % keyPairs]! },
      individualNumber: withCheckDigit(numbers.digits(11)),
    }
    const like = residents[0]?.identity
    // 利用者ID: 12 digits in the free area of a My Number card, 14 on a Juki card; a phone has no such application.
    const { kind = 'my-number' } = card
    const userId = numbers.digits(kind === 'juki' ? 14 : 12)
    const issuance = kind === 'my-number' || kind === 'juki' ? { issuance: { userId } } : {}
    residents.push({
      id: String(index + 1).padStart(4, '0'),
      mood,
      identity: await makeIdentity({ ...own, like }, numbers),
      card: { ...card, ...issuance },
    })
  }
  const validUntil = new Date(now.getTime() + 30 * day)
  return { authorities, residents, lists: await listsOf(authorities, residents, now, validUntil), validUntil }
}

async function listsOf(
  authorities: Authorities,
  residents: readonly Resident[],
  now: Date,
  nextUpdate: Date,
): Promise<Town['lists']> {
  const at = new Date(now.getTime() - 2 * day)
  const dates = { thisUpdate: new Date(now.getTime() - day / 24), nextUpdate }
  const list = (use: 'auth' | 'sign'): Promise<Uint8Array> => {
    const revoked = residents
      .filter(({ mood }) => mood === 'revoked')
      .map(({ identity }): RevocationListEntry => {
        const { serialNumber } = new X509Certificate(identity[use].certificate)
        return { serialNumber, at, reason: 'cessationOfOperation' }
      })
    return issueRevocationList(authorities[`${use}Ca`], { ...dates, revoked })
  }
  const [auth, sign] = [await list('auth'), await list('sign')]
  return { auth, sign }
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}`)
  }
}

const day = 86_400_000
const year = 365 * day

/** What differs between residents: holder and dates of the identity, and the card. */
type Plan = Pick<IdentityOptions, 'holder' | 'now' | 'notAfter' | 'cardExpiry'> & { readonly card?: IdentityCard }

const plans: Readonly<Record<Mood, (numbers: NumberSource, now: Date) => Plan>> = {
  ordinary: adult,
  'renewal-window': (numbers, now) => endingOn(later(now, 5 + numbers.below(75)), numbers),
  'certificate-expired': (numbers, now) => endingOn(later(now, -10 - numbers.below(300)), numbers),
  'card-expired': (numbers, now) => {
    const plan = endingOn(later(now, -10 - numbers.below(200)), numbers)
    return { ...plan, cardExpiry: dayInJapan(plan.notAfter!) }
  },
  revoked: adult,
  child: (numbers, now) => {
    const born = later(now, -numbers.below(360) - (4 + numbers.below(10)) * 366)
    return {
      holder: person(numbers, dayInJapan(born)),
      now: later(now, -30 - numbers.below(600)),
      card: { signCertificate: false },
    }
  },
  'pin-blocked': (numbers, now) => ({ ...adult(numbers, now), card: { triesLeft: { auth: 0 } } }),
  'last-try': (numbers, now) => ({ ...adult(numbers, now), card: { triesLeft: { auth: 1 } } }),
  'face-authentication': (numbers, now) => ({ ...adult(numbers, now), card: { faceAuthentication: true } }),
  residence: (numbers, now) => {
    const plan = adult(numbers, now)
    // Card and certificates end with 在留期間 (official).
    const last = dayInJapan(later(now, 200 + numbers.below(500)))
    const holder = { ...plan.holder, name: pick(numbers, romanNames) }
    return { ...plan, holder, cardExpiry: last, notAfter: endOfDayInJapan(last), card: { residence: true } }
  },
  'phone-android': (numbers, now) => ({ ...adult(numbers, now), card: { kind: 'phone-android' } }),
  'phone-iphone': (numbers, now) => ({ ...adult(numbers, now), card: { kind: 'phone-iphone' } }),
  'phone-iphone-unverified': (numbers, now) => ({
    ...adult(numbers, now),
    card: { kind: 'phone-iphone', deviceVerified: false },
  }),
  'registration-expired': (numbers, now) => {
    const { holder } = adult(numbers, now)
    const issued = later(now, -10 * 366 - 30 - numbers.below(1500))
    return { holder, now: issued, cardExpiry: dayInJapan(later(issued, 10 * 365 + 2)), card: { kind: 'juki' } }
  },
}

/** 20 to 94 years old; the card was issued within the last three years, so that everything is valid for a year. */
function adult(numbers: NumberSource, now: Date): Plan {
  const born = later(now, -numbers.below(360) - (21 + numbers.below(74)) * 365)
  return { holder: person(numbers, dayInJapan(born)), now: later(now, -30 - numbers.below(1000)) }
}

/** An adult whose certificates end on a birthday, the fifth after issue. */
function endingOn(instant: Date, numbers: NumberSource): Plan {
  const wanted = dayInJapan(instant)
  const last = wanted.endsWith('-02-29') ? `${wanted.slice(0, 4)}-03-01` : wanted
  const birthYear = Number(last.slice(0, 4)) - 26 - numbers.below(60)
  return {
    holder: person(numbers, birthYear + last.slice(4)),
    now: later(new Date(`${Number(last.slice(0, 4)) - 4}${last.slice(4)}T03:00:00Z`), -30 - numbers.below(300)),
    notAfter: endOfDayInJapan(last),
  }
}

function later(instant: Date, days: number): Date {
  return new Date(instant.getTime() + days * day)
}

const families = ['仮名', '架空', '見本', '例示', '試験', '想定', '模擬', '空想', '仮野', '例川', '試山', '見本田']
const womens = ['花子', '桃子', '梅子', '菊子', '幸子', '和子', '良子', '文子', '千代', '春香', '夏美', '秋穂', '冬子']
const mens = ['太郎', '次郎', '三郎', '四郎', '一男', '和夫', '正夫', '文男', '春男', '夏樹', '秋人', '冬彦', '健太']
const romanNames = [
  'ＳＡＭＰＬＥ　ＡＮＮＡ',
  'ＳＡＭＰＬＥ　ＢＯＲＩＳ',
  'ＥＸＡＭＰＬＥ　ＣＨＩＡＲＡ',
  'ＥＸＡＭＰＬＥ　ＤＡＶＩＤ',
]
const quarters = ['仮町', '例町', '見本町', '想定台', '模擬が丘', '試野']
const kanjiDigits = ['一', '二', '三', '四', '五', '六', '七', '八', '九']

/** An invented person: 架空県架空市 does not exist. */
function person(numbers: NumberSource, birthDate: string): Partial<Holder> {
  const sex = numbers.below(2) === 0 ? '1' : '2'
  const name = `${pick(numbers, families)}　${pick(numbers, sex === '1' ? mens : womens)}`
  const house = `${wide(1 + numbers.below(30))}番${wide(1 + numbers.below(40))}`
  const flat = numbers.below(3) === 0 ? `－${wide(101 + numbers.below(900))}` : ''
  const address = `架空県架空市${pick(numbers, quarters)}${pick(numbers, kanjiDigits)}丁目${house}${flat}号`
  return { name, address, birthDate, sex }
}

function pick<T>(numbers: NumberSource, list: readonly T[]): T {
  return list[numbers.below(list.length)]!
}

/** Decimal digits in full-width form. */
function wide(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
}
