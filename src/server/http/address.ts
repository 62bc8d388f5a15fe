import { isIP } from 'node:net'

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
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped === null ? address.replace(/%.*$/, '') : mapped[1]!
}

/**
 * Parses an address in proxy notation, with or without a port. @returns `undefined` for `unknown`, a name, or anything
 * else.
 */
export function addressIn(node: string): string | undefined {
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?$/.exec(node)
  const address = bracketed?.[1] ?? node.replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, '$1')
  return isIP(address) === 0 || (bracketed !== null && isIP(address) !== 6) ? undefined : plainAddress(address)
}
