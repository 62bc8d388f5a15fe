import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { isIdentifier } from '../../token/index.ts'
import { malformed } from './malformed.ts'
import type { Caller } from './options.ts'
import { RequestProblem } from './problem.ts'

/**
 * The networks a sender is counted in, narrowest first: an IPv4 address; of an IPv6 address its /64 (one network), then
 * the /56 and /48 (one site), within which a sender can choose networks freely.
 *
 * @param address - from the socket or a trusted proxy.
 */
export function networksOf(address: string): readonly string[] {
  const plain = plainAddress(address)
  if (!plain.includes(':')) return [plain]
  const [front = '', back] = plain.toLowerCase().split('::', 2)
  const [start, end] = [front, back ?? ''].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]]
  const groups = [...start, ...Array<string>(Math.max(0, 8 - start.length - end.length)).fill('0'), ...end]
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''))
  const [a, b, c, d] = network
  const site = (Number.parseInt(d!, 16) & 0xff00).toString(16)
  return [`${network.join(':')}::/64`, `${a}:${b}:${c}:${site}::/56`, `${a}:${b}:${c}::/48`]
}

/** The narrowest of {@link networksOf}. */
export function senderOf(address: string): string {
  return networksOf(address)[0]!
}

/** An address without zone; an IPv4-mapped IPv6 address as IPv4. */
function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped === null ? address.replace(/%.*$/, '') : mapped[1]!
}

/**
 * Parses an address in proxy notation, with or without a port. @returns `undefined` for `unknown`, a name, or anything
 * else.
 */
function addressIn(node: string): string | undefined {
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?$/.exec(node)
  const address = bracketed?.[1] ?? node.replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, '$1')
  return isIP(address) === 0 || (bracketed !== null && isIP(address) !== 6) ? undefined : plainAddress(address)
}

interface Peer {
  readonly caller: Caller
  /** notAfter of its certificate, milliseconds since 1970. */
  readonly until: number
}

const peers = new WeakMap<Socket, Peer>()

/**
 * The peer of a connection. A connection can outlive the client certificate of its handshake, which then no longer
 * counts.
 */
export function callerOf(socket: Socket): Caller {
  let peer = peers.get(socket)
  if (peer === undefined) {
    peer = peerOf(socket)
    peers.set(socket, peer)
  }
  return Date.now() < peer.until ? peer.caller : { address: peer.caller.address }
}

/** The name, only of a verified certificate with exactly one CN. */
function peerOf(socket: Socket): Peer {
  const address = socket.remoteAddress
  const certificate = socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate() : undefined
  // No certificate was requested on this connection.
  if (certificate?.raw === undefined) return { caller: { address }, until: Number.POSITIVE_INFINITY }
  const name: unknown = certificate.subject?.CN
  const certificateName = typeof name === 'string' ? name : undefined
  const until = Date.parse(certificate.valid_to)
  return { caller: { address, certificateName, certificate: new Uint8Array(certificate.raw) }, until }
}

/** Trusted proxies, and the headers accepted from them. */
export interface ProxyOptions {
  /**
   * Their addresses and networks: `192.0.2.10`, `10.0.0.0/8`, `2001:db8::/32`. Forwarded headers of other peers are
   * ignored or refused.
   */
  readonly trusted: readonly string[]
  /**
   * The header to which each proxy appends the address of its peer. The other header is ignored. Default
   * `x-forwarded-for`.
   */
  readonly addressHeader?: 'x-forwarded-for' | 'forwarded' | undefined
  /**
   * Header in which the proxy passes the terminal name it has authenticated: `Caller.terminalName`. The proxy must set
   * it on every request. Refused from other peers, and when it occurs more than once.
   */
  readonly terminalHeader?: string | undefined
}

/** Determines the sender of a request behind trusted proxies. */
export class Proxies {
  readonly #trusted = new BlockList()
  readonly #addressHeader: 'x-forwarded-for' | 'forwarded'
  readonly #terminalHeader: string | undefined

  /** @throws TypeError if an entry of `trusted` is not an address or network, or a header name is invalid. */
  constructor({ trusted, addressHeader = 'x-forwarded-for', terminalHeader }: ProxyOptions) {
    if (!Array.isArray(trusted) || trusted.length === 0)
      throw new TypeError('proxies.trusted must be a non-empty array')
    for (const one of trusted) {
      const network = networkIn(one)
      if (network === undefined) throw new TypeError(`proxies.trusted: not an address or network: ${one}`)
      this.#trusted.addSubnet(network.address, network.length, network.family)
    }
    if (!['x-forwarded-for', 'forwarded'].includes(addressHeader)) {
      throw new TypeError('proxies.addressHeader must be x-forwarded-for or forwarded')
    }
    if (terminalHeader !== undefined && !isHeaderName(terminalHeader)) {
      throw new TypeError('proxies.terminalHeader must be a header name')
    }
    this.#addressHeader = addressHeader
    this.#terminalHeader = terminalHeader?.toLowerCase()
  }

  /**
   * The caller behind the proxies.
   *
   * @param peer - the peer of the connection.
   * @throws RequestProblem `ERR_FORBIDDEN` for the terminal header from an untrusted peer; `ERR_REQUEST` for malformed
   *   forwarded headers.
   */
  callerOf({ headers, rawHeaders }: IncomingMessage, peer: Caller): Caller {
    const isProxy = peer.address !== undefined && this.#isTrusted(peer.address)
    const names = this.#terminalHeader === undefined ? [] : valuesOf(rawHeaders, this.#terminalHeader)
    if (!isProxy) {
      if (names.length === 0) return peer
      throw new RequestProblem('ERR_FORBIDDEN', 'header allowed from trusted proxies only', { connection: 'close' })
    }
    if (names.length > 1) throw malformed('duplicate terminal header')
    const forwarded = headers[this.#addressHeader]
    const [name] = names
    return {
      address: this.#clientIn(typeof forwarded === 'string' ? forwarded : '', peer.address!),
      // The certificate of the connection is the proxy's.
      ...(name !== undefined && name !== '' && { terminalName: requireName(name) }),
    }
  }

  /** The last address that is not a trusted proxy's: everything before it was written by the client. */
  #clientIn(forwarded: string, peer: string): string {
    const nodes =
      this.#addressHeader === 'forwarded' ? nodesOf(forwarded) : forwarded.split(',').map((one) => one.trim())
    let address = plainAddress(peer)
    for (const node of nodes.toReversed()) {
      const before = addressIn(node)
      if (before === undefined) break
      address = before
      if (!this.#isTrusted(address)) break
    }
    return address
  }

  #isTrusted(address: string): boolean {
    const plain = plainAddress(address)
    const version = isIP(plain)
    return version !== 0 && this.#trusted.check(plain, version === 4 ? 'ipv4' : 'ipv6')
  }
}

/** An address, or a network by its prefix: `192.0.2.10`, `10.0.0.0/8`. @returns `undefined` for anything else. */
export function networkIn(
  text: unknown,
): { readonly address: string; readonly length: number; readonly family: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(String(text)) ?? []
  const version = isIP(address)
  const bits = version === 4 ? 32 : 128
  const length = prefix === undefined ? bits : Number(prefix)
  if (version === 0 || length > bits || address.includes('%')) return undefined
  return { address, length, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** A field name, RFC 9110 5.1, that is not in use for another purpose. */
export function isHeaderName(name: unknown): boolean {
  return (
    typeof name === 'string' &&
    /^[!#$%&'*+.^`|~0-9A-Za-z-]{1,64}$/.test(name) &&
    !['forwarded', 'x-forwarded-for', 'host', 'authorization', 'connection'].includes(name.toLowerCase())
  )
}

function requireName(value: string): string {
  if (!isIdentifier(value)) throw malformed('invalid terminal name in the terminal header')
  return value
}

/** Every value of a header, as often as it was sent. @param name - in lower case. */
function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const written = rawHeaders[i]!
    if (written.length === name.length && written.toLowerCase() === name) values.push(rawHeaders[i + 1]!.trim())
  }
  return values
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const pair = new RegExp(`\\s*(${token})=(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")\\s*([;,]|$)|\\s*([;,]|$)`, 'y')

/**
 * `for` of each element of a Forwarded header, RFC 7239 4; an empty text where it is absent.
 *
 * @throws RequestProblem `ERR_REQUEST` for a malformed header: a client's unclosed quotation mark could hide what a
 *   proxy appended.
 */
function nodesOf(text: string): readonly string[] {
  if (text.trim() === '') return []
  const nodes = ['']
  pair.lastIndex = 0
  while (pair.lastIndex < text.length) {
    const [, name, plain, quoted, end, empty] = pair.exec(text) ?? [undefined]
    if (end === undefined && empty === undefined) throw malformed('malformed Forwarded header')
    if (name?.toLowerCase() === 'for') nodes[nodes.length - 1] = plain ?? quoted!.replaceAll(/\\(.)/g, '$1')
    if (end === ',' || empty === ',') nodes.push('')
  }
  return nodes
}
