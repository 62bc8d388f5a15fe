import type { Certificate } from '../../x509/index.ts'
import { Unavailable } from './unavailable.ts'

/** Where a source over HTTP asks: give `url`, `allow`, or both. */
export interface AddressOptions {
  /**
   * The address, or what tells it for a certificate; `undefined` then means to look at the certificate. It need not be
   * among the allowed ones.
   */
  readonly url?: string | ((certificate: Certificate, issuer: Certificate) => string | undefined) | undefined
  /**
   * Origins, such as `http://crl.example`, an address of a certificate may have. There is no default: without it no address
   * of a certificate is used, so that whoever writes certificates cannot make a server call other hosts.
   */
  readonly allow?: readonly string[] | undefined
}

/** Of one certificate: groups of addresses, and tries within a group. */
const most = { groups: 8, tries: 4 }

/** Chooses addresses. */
export class Addresses {
  readonly #url: AddressOptions['url']
  readonly #allow: ReadonlySet<string>
  readonly #named: (certificate: Certificate) => readonly (readonly string[])[]

  /**
   * @param named - URIs in the certificate: each group is needed, any one of a group will do.
   * @throws TypeError for options that make no sense.
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

  /** Groups of addresses to ask, none empty. @throws Unavailable when there are none. */
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
