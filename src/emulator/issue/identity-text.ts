/** Identities as JSON text, so that one can be made per run and shared between processes. */

import { isRecord } from '../faults.ts'
import type { Identity } from './identity.ts'

const parts = ['holder', 'authCa', 'signCa', 'auth', 'sign', 'cvc', 'textKey', 'visualKey', 'commonKey', 'sessionKey']

const format = 'jpki-card-virtual-identity-1'

/** JSON text with all data, private keys included; bytes as `{ "base64": "…" }`. */
export function exportIdentity(identity: Identity): string {
  return JSON.stringify({ format, identity }, (_key, value: unknown) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  )
}

/**
 * The identity of {@link exportIdentity}'s text.
 *
 * @throws TypeError for other text.
 */
export async function importIdentity(json: string): Promise<Identity> {
  let parsed: unknown
  try {
    parsed = JSON.parse(json, (_key, value: unknown) => (isEncoded(value) ? decode(value.base64) : value))
  } catch (cause) {
    throw new TypeError('identity: not JSON', { cause })
  }
  const { format: found, identity } = isRecord(parsed) ? parsed : {}
  if (found !== format || !isRecord(identity)) throw new TypeError(`identity: not of the format ${format}`)
  for (const field of parts) {
    if (!isRecord(identity[field])) throw new TypeError(`identity.${field}: is missing`)
  }
  return identity as unknown as Identity
}

function decode(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function isEncoded(value: unknown): value is { base64: string } {
  if (!isRecord(value)) return false
  const { base64, ...others } = value
  return typeof base64 === 'string' && Object.keys(others).length === 0
}
