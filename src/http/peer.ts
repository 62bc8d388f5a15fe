import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Caller } from './options.ts'

const callers = new WeakMap<Socket, Caller>()

/** Who is at the other end of a connection; the same from its first request to its last. */
export function callerOf(socket: Socket): Caller {
  const known = callers.get(socket)
  if (known !== undefined) return known
  const caller = { address: socket.remoteAddress, certificateName: certificateName(socket) }
  callers.set(socket, caller)
  return caller
}

/** Only of a certificate that was verified, and only one that has one name. */
function certificateName(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const name: unknown = socket.getPeerCertificate().subject?.CN
  return typeof name === 'string' ? name : undefined
}
