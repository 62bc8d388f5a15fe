import type { Certificate } from '../../x509/index.ts'
import { Unavailable } from './unavailable.ts'

/** Addresses of a source over HTTP: `url`, `allow`, or both. */
export interface AddressOptions {
  /**
   * The address, or a function that returns it for a certificate; `undefined` falls back to the addresses in the
   * certificate. Need not be among the allowed origins.
   */
  readonly url?: string | ((certificate: Certificate, issuer: Certificate) => string | undefined) | undefined
  /**
   * Allowed origins, such as `http://crl.example`, of addresses in certificates. No default: without it no address of a
   * certificate is used, so that a certificate cannot make a server call arbitrary hosts (SSRF).
   */
  readonly allow?: readonly string[] | undefined
}

/** Limits per certificate: groups of addresses, and attempts within a group. */
const most = { groups: 8, tries: 4 }

/** Chooses addresses. */
export class Addresses {
  readonly #url: AddressOptions['url']
  readonly #allow: ReadonlySet<string>
  readonly #named: (certificate: Certificate) => readonly (readonly string[])[]

  /**
   * @param named - URIs in the certificate: one of each group is required.
   * @throws TypeError without `url` and `allow`, or for an invalid one.
   */
  constructor({ url, allow }: AddressOptions, named: (certificate: Certificate) => readonly (readonly string[])[]) {
    if (url === undefined && allow === undefined) throw new TypeError('an address or allowed origins must be given')
    if (url !== undefined && typeof url !== 'function' && usable(url) === undefined) {
      throw new TypeError('url must be an http or https address without credentials')
    }
    if (allow !== undefined && !Array.isArray(allow)) throw new TypeError('allow must be an array of origins')
    this.#url = url
    this.#allow = new Set(allow?.map(originOf))
    this.#named = named
  }

  /** Groups of addresses to query, none empty. @throws Unavailable without any address. */
  of(certificate: Certificate, issuer: Certificate): readonly (readonly URL[])[] {
    const text = typeof this.#url === 'function' ? this.#url(certificate, issuer) : this.#url
    if (text !== undefined) {
      const given = usable(text)
      if (given === undefined) throw new Unavailable('the address given is not one of http or https')
      return [[given]]
    }
    const named = this.#named(certificate)
      .map((group) => group.flatMap((uri) => usable(uri) ?? []))
      .filter((group) => group.length > 0)
    if (named.length === 0) throw new Unavailable('the certificate names no address of http or https')
    const allowed = named
      .map((group) => group.filter(({ origin }) => this.#allow.has(origin)).slice(0, most.tries))
      .filter((group) => group.length > 0)
    if (allowed.length === 0) throw new Unavailable('no origin the certificate names is allowed')
    return allowed.slice(0, most.groups)
  }
}

function usable(text: unknown): URL | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined
  const url = new URL(text)
  url.hash = ''
  const http = url.protocol === 'http:' || url.protocol === 'https:'
  return http && url.username === '' && url.password === '' ? url : undefined
}

function originOf(text: unknown): string {
  const url = usable(text)
  if (url === undefined || url.pathname !== '/' || url.search !== '') {
    throw new TypeError('allow must hold origins such as https://crl.example')
  }
  return url.origin
}
