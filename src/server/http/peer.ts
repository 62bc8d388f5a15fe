import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Caller } from './options.ts'

interface Peer {
  readonly caller: Caller
  /** When its certificate ends, milliseconds since 1970. */
  readonly until: number
}

const peers = new WeakMap<Socket, Peer>()

/** Who is at the other end of a connection. A connection can outlive the certificate it began with; then it proves nothing. */
export function callerOf(socket: Socket): Caller {
  let peer = peers.get(socket)
  if (peer === undefined) {
    peer = peerOf(socket)
    peers.set(socket, peer)
  }
  return Date.now() < peer.until ? peer.caller : { address: peer.caller.address }
}

/** The name only of a certificate that was verified, and only of one that has one name. */
function peerOf(socket: Socket): Peer {
  const address = socket.remoteAddress
  const certificate = socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate() : undefined
  // There is none on a connection that did not have to show one.
  if (certificate?.raw === undefined) return { caller: { address }, until: Number.POSITIVE_INFINITY }
  const name: unknown = certificate.subject?.CN
  const certificateName = typeof name === 'string' ? name : undefined
  const until = Date.parse(certificate.valid_to)
  return { caller: { address, certificateName, certificate: new Uint8Array(certificate.raw) }, until }
}
