import { DerReader, tags } from '../../der/index.ts'
import type { GeneralName, GeneralSubtree } from '../x509/index.ts'

const smtpUtf8Mailbox = '1.3.6.1.5.5.7.8.9'

/** Where a name lies. Undecided is treated as a violation; a constraint on another form does not apply to the name. */
type Place = 'inside' | 'outside' | 'undecided' | 'other-form'

/**
 * Where a name lies in relation to one subtree. A subtree with a minimum or maximum is undecidable, and so is a form
 * without a rule for its comparison.
 *
 * @see RFC 5280 4.2.1.10, RFC 9598 6
 */
export function placeOf(name: GeneralName, { base, bounded }: GeneralSubtree): Place {
  const inside = compare(name, base)
  if (inside === 'other-form') return inside
  if (bounded || inside === undefined) return 'undecided'
  return inside ? 'inside' : 'outside'
}

/**
 * Whether a name lies in the subtree below a base; `undefined` when undecidable. Names of other kinds have the same
 * form when their types are equal; constraints on e-mail apply to a UTF-8 mailbox too.
 */
function compare(name: GeneralName, base: GeneralName): boolean | undefined | 'other-form' {
  if (name.kind === 'other') {
    if (base.kind === 'email' && name.type === smtpUtf8Mailbox) return utf8MailboxMatches(name.value, base.value)
    return base.kind === 'other' && base.type === name.type ? undefined : 'other-form'
  }
  if (name.kind === 'directory' && base.kind === 'directory') return name.value.startsWith(base.value)
  if (name.kind === 'dns' && base.kind === 'dns') return dnsMatches(name.value, base.value)
  if (name.kind === 'email' && base.kind === 'email') return emailMatches(name.value, base.value)
  if (name.kind === 'uri' && base.kind === 'uri') return uriMatches(name.value, base.value)
  if (name.kind === 'ip' && base.kind === 'ip') return ipMatches(name.value, base.value)
  return name.kind === base.kind ? undefined : 'other-form'
}

/** Labels of visible ASCII, an underscore tolerated; one dot may end it. */
const hostName = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i

/** A host name in comparable form; `undefined` for anything else. */
function host(text: string): string | undefined {
  return hostName.test(text) ? text.toLowerCase().replace(/\.$/, '') : undefined
}

/** The host itself, or any name below it. A wildcard stands for every name one label longer. */
function dnsMatches(name: string, base: string): boolean | undefined {
  if (base === '') return true
  const wildcard = name.startsWith('*.')
  const [own, domain] = [host(wildcard ? name.slice(2) : name), host(base)]
  if (own === undefined || domain === undefined) return undefined
  if (own === domain || own.endsWith(`.${domain}`)) return true
  return wildcard && domain.slice(domain.indexOf('.') + 1) === own ? undefined : false
}

/** An atom of RFC 5321 and the dots between; their positions are not checked. */
const atoms = /^[\w!#$%&'*+/=?^`{|}~.-]+$/
/** The same with letters beyond ASCII. RFC 6531 3.3. */
const utf8Atoms = /^[\w!#$%&'*+/=?^`{|}~.\u{80}-\u{10ffff}-]+$/u
/** A quoted string: no control character, quote and backslash behind a backslash only. RFC 5321 4.1.2. */
const quoted = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"$/
const utf8Quoted = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u{80}-\u{10ffff}]|\\[\x20-\x7e])*"$/u

interface Mailbox {
  /** As encoded, quotes included. */
  readonly local: string
  readonly at: string
}

/** Local part and host, which follows the last `@`. `undefined` for text that is not a mailbox of a host. */
function mailboxOf(text: string, utf8 = false): Mailbox | undefined {
  const cut = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(cut, 0))
  const at = host(text.slice(cut + 1))
  const fits = utf8 ? utf8Atoms.test(local) || utf8Quoted.test(local) : atoms.test(local) || quoted.test(local)
  return at === undefined || !fits ? undefined : { local, at }
}

/** The meaning of a local part: a quoted one is the same mailbox as the same text without quotes. RFC 5321 4.1.2. */
const meaning = (local: string): string => local.replaceAll(/"|\\(.)/gu, '$1')

/**
 * A mailbox, all mailboxes of a host, or of every host in a domain (leading dot). Local parts match when identical (RFC
 * 5280 7.5); when only their meaning is the same, the result is undecidable.
 */
function emailMatches(name: string, base: string): boolean | undefined {
  const own = mailboxOf(name)
  if (own === undefined) return undefined
  if (!base.includes('@')) return hostMatches(own.at, base)
  const wanted = mailboxOf(base)
  if (wanted === undefined) return undefined
  if (own.at !== wanted.at) return false
  if (own.local === wanted.local) return true
  return meaning(own.local) === meaning(wanted.local) ? undefined : false
}

/**
 * A constraint on one mailbox is undecidable for others at its host: RFC 9598 6 compares the hosts alone, which would
 * permit every mailbox where only one is meant.
 */
function utf8MailboxMatches(value: Uint8Array, base: string): boolean | undefined {
  const text = utf8Text(value)
  const own = text === undefined ? undefined : mailboxOf(text, true)
  if (own === undefined) return undefined
  if (!base.includes('@')) return hostMatches(own.at, base)
  const wanted = mailboxOf(base)
  return wanted === undefined || own.at === wanted.at ? undefined : false
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of a UTF8String; `undefined` for anything else. */
function utf8Text(der: Uint8Array): string | undefined {
  const reader = new DerReader(der)
  if (reader.nextTag !== tags.utf8String) return undefined
  try {
    return utf8.decode(reader.value(reader.read()))
  } catch {
    return undefined
  }
}

/**
 * Scheme, user information and host; nothing RFC 3986 3.2 does not allow, because programs parse the rest differently.
 */
const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:(?:[\w.~!$&'()*+,;=:-]|%[\da-f]{2})*@)?([^/?#@:]+)(?::\d*)?(?:[/?#]|$)/i

/**
 * A host exactly, or every host in a domain (leading dot). Undecidable for a host that is not a fully qualified name,
 * such as an address: RFC 5280 4.2.1.10 requires such a name to be rejected.
 */
function uriMatches(name: string, base: string): boolean | undefined {
  const text = authority.exec(name)?.[1]
  const own = text === undefined ? undefined : host(text)
  // Including address forms that programs accept: 0x7f.1, 2130706433.
  const isName = own?.includes('.') === true && !/\.(\d+|0x[\da-f]*)$/.test(own)
  return isName ? hostMatches(own, base) : undefined
}

function hostMatches(own: string, base: string): boolean | undefined {
  const below = base.startsWith('.')
  const domain = host(below ? base.slice(1) : base)
  if (domain === undefined) return undefined
  return below ? own.endsWith(`.${domain}`) : own === domain
}

/** Address and mask, both of the address's length; a non-contiguous mask is undecidable. */
function ipMatches(name: Uint8Array, base: Uint8Array): boolean | undefined {
  if (base.length !== 8 && base.length !== 32) return undefined
  if (name.length !== 4 && name.length !== 16) return undefined
  if (base.length !== 2 * name.length) return false
  const mask = base.subarray(name.length)
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  if (!/^1*0*$/.test(bits)) return undefined
  return name.every((byte, i) => (byte & mask[i]!) === (base[i]! & mask[i]!))
}
