import type { GeneralName } from '../x509/index.ts'

/**
 * Whether a name lies in a subtree; `undefined` when that cannot be told, which counts against the name.
 *
 * @see RFC 5280 4.2.1.10
 */
export function inSubtree(name: GeneralName, base: GeneralName): boolean | undefined {
  if (name.kind === 'directory' && base.kind === 'directory') return name.value.startsWith(base.value)
  if (name.kind === 'dns' && base.kind === 'dns') return dnsMatches(name.value, base.value)
  if (name.kind === 'email' && base.kind === 'email') return emailMatches(name.value, base.value)
  if (name.kind === 'uri' && base.kind === 'uri') return uriMatches(name.value, base.value)
  if (name.kind === 'ip' && base.kind === 'ip') return ipMatches(name.value, base.value)
  return undefined
}

/** Labels of visible ASCII, an underscore tolerated; one dot may end it. */
const hostName = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i

/** A host name as it is compared; `undefined` for what is none. */
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

/** Local part and host; no `@` in the local part outside quotes. RFC 5321 4.1.2, tolerant of what stands between dots. */
const mailbox = /^([^@"\s]+|"(?:[^"\\]|\\.)*")@([^@]+)$/

function mailboxOf(text: string): { readonly local: string; readonly at: string } | undefined {
  const [, local, domain] = mailbox.exec(text) ?? []
  const at = host(domain ?? '')
  if (local === undefined || at === undefined) return undefined
  return { local: local.startsWith('"') ? local.slice(1, -1).replaceAll(/\\(.)/g, '$1') : local, at }
}

/** A mailbox, all mailboxes of a host, or of every host in a domain (leading dot). */
function emailMatches(name: string, base: string): boolean | undefined {
  const own = mailboxOf(name)
  if (own === undefined) return undefined
  if (!base.includes('@')) return hostMatches(own.at, base)
  const wanted = mailboxOf(base)
  return wanted && own.local === wanted.local && own.at === wanted.at
}

/** A host exactly, or every host in a domain (leading dot). An address in place of a host name cannot be told. */
function uriMatches(name: string, base: string): boolean | undefined {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(name)?.[1]
  const own = host(authority?.replace(/^[^@]*@/, '').replace(/:\d*$/, '') ?? '')
  return own === undefined || /^[\d.]+$/.test(own) ? undefined : hostMatches(own, base)
}

function hostMatches(own: string, base: string): boolean | undefined {
  const below = base.startsWith('.')
  const domain = host(below ? base.slice(1) : base)
  if (domain === undefined) return undefined
  return below ? own.endsWith(`.${domain}`) : own === domain
}

/** Address and mask, both of the address's length; a mask with holes matches nothing for sure. */
function ipMatches(name: Uint8Array, base: Uint8Array): boolean | undefined {
  if (base.length !== 8 && base.length !== 32) return undefined
  if (name.length !== 4 && name.length !== 16) return undefined
  if (base.length !== 2 * name.length) return false
  const mask = base.subarray(name.length)
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  if (!/^1*0*$/.test(bits)) return undefined
  return name.every((byte, i) => (byte & mask[i]!) === (base[i]! & mask[i]!))
}
