/**
 * Who counts as one sender: an IPv4 address, or the 64 bits of an IPv6 address that a network is given; all that comes after
 * them a sender chooses.
 *
 * @param address - as a socket tells it.
 */
export function senderOf(address: string): string {
  if (!address.includes(':')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped !== null) return mapped[1]!
  const [front = '', back] = address.toLowerCase().split('::', 2)
  const [start, end] = [front, back ?? ''].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]]
  const groups = [...start, ...Array<string>(Math.max(0, 8 - start.length - end.length)).fill('0'), ...end]
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''))
  return `${network.join(':')}::/64`
}
