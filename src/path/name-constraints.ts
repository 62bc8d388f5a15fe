import type { Certificate, GeneralName, GeneralSubtree, NameConstraints } from '../x509/index.ts'

const emailAddress = '1.2.840.113549.1.9.1'

/** Name constraints gathered along a path. RFC 5280 4.2.1.10, 6.1.3 (b) and (c), 6.1.4 (g). */
export class ConstraintState {
  readonly #permitted: (readonly GeneralSubtree[])[] = []
  readonly #excluded: GeneralSubtree[] = []

  /** Adds those of one CA. */
  add(constraints: NameConstraints | undefined): void {
    if (constraints === undefined) return
    if (constraints.permitted.length > 0) this.#permitted.push(constraints.permitted)
    this.#excluded.push(...constraints.excluded)
  }

  /** Checks every name of a certificate. @returns what is wrong, if anything; never the name itself. */
  check(certificate: Certificate): string | undefined {
    if (this.#permitted.length === 0 && this.#excluded.length === 0) return undefined
    for (const name of namesOf(certificate)) {
      for (const { base, bounded } of this.#excluded) {
        if (base.kind === name.kind && (bounded || matches(name, base) !== false))
          return `a ${name.kind} name is excluded`
      }
      for (const subtrees of this.#permitted) {
        const ofKind = subtrees.filter(({ base }) => base.kind === name.kind)
        if (ofKind.length === 0) continue
        const fits = ofKind.some(({ base, bounded }) => !bounded && matches(name, base) === true)
        if (!fits) return `a ${name.kind} name is not permitted`
      }
    }
    return undefined
  }
}

function namesOf(certificate: Certificate): readonly GeneralName[] {
  const { subjectName, extensions } = certificate
  const alternative = extensions.subjectAltName ?? []
  const names: GeneralName[] = [...alternative]
  if (!subjectName.empty) names.push({ kind: 'directory', value: subjectName })
  if (!alternative.some(({ kind }) => kind === 'email')) {
    for (const { type, value } of subjectName.rdns.flat()) {
      if (type === emailAddress) names.push({ kind: 'email', value })
    }
  }
  return names
}

/** Whether a name lies in a subtree; `undefined` when that cannot be told, which counts against the name. */
function matches(name: GeneralName, base: GeneralName): boolean | undefined {
  if (name.kind === 'directory' && base.kind === 'directory') return name.value.startsWith(base.value)
  if (name.kind === 'dns' && base.kind === 'dns') return dnsMatches(name.value, base.value)
  if (name.kind === 'email' && base.kind === 'email') return emailMatches(name.value, base.value)
  if (name.kind === 'uri' && base.kind === 'uri') return uriMatches(name.value, base.value)
  if (name.kind === 'ip' && base.kind === 'ip') return ipMatches(name.value, base.value)
  return undefined
}

const hostName = /^[a-z0-9_*-]+(\.[a-z0-9_-]+)*\.?$/i
const trimmed = (host: string): string => host.toLowerCase().replace(/\.$/, '')

/** The host itself, or any name below it. */
function dnsMatches(name: string, base: string): boolean | undefined {
  if (base === '') return true
  if (!hostName.test(name) || !hostName.test(base)) return undefined
  return within(trimmed(name), trimmed(base))
}

function within(host: string, base: string): boolean {
  return host === base || host.endsWith(`.${base}`)
}

/** A mailbox, all mailboxes of a host, or of every host in a domain (leading dot). */
function emailMatches(name: string, base: string): boolean | undefined {
  const at = name.lastIndexOf('@')
  if (at < 1 || at === name.length - 1) return undefined
  const [local, host] = [name.slice(0, at), name.slice(at + 1).toLowerCase()]
  const split = base.lastIndexOf('@')
  if (split >= 0) return local === base.slice(0, split) && host === base.slice(split + 1).toLowerCase()
  return hostInBase(host, base)
}

/** A host exactly, or every host in a domain (leading dot). An address in place of a host name cannot be told. */
function uriMatches(name: string, base: string): boolean | undefined {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]+|\[[^\]]*\])(?::\d*)?(?:[/?#]|$)/i.exec(name)?.[1]
  if (authority === undefined || authority.startsWith('[') || /^[\d.]+$/.test(authority)) return undefined
  return hostInBase(authority.toLowerCase(), base)
}

function hostInBase(host: string, base: string): boolean {
  const domain = base.toLowerCase()
  return domain.startsWith('.') ? host.endsWith(domain) && host.length > domain.length : host === domain
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
