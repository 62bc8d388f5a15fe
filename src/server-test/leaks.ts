import { X509Certificate } from 'node:crypto'
import { type Answer, type Claimed, summaryOf } from './client.ts'

/** Length from which a matching piece of a text is not accidental. */
const piece = 24

/** Personal data found in a response. */
export interface Leak {
  readonly what: 'certificate' | 'signature' | 'name' | 'serial-number'
  /** Status and code of the response. */
  readonly came: string
}

/** Searches refusals for personal data of their tokens. */
export class LeakWatch {
  readonly found: Leak[] = []
  /** Number of refusals searched. */
  count = 0

  watch(answer: Answer, token: Claimed): void {
    if (answer.kind === 'silence' || answer.status < 400) return
    this.count += 1
    const what = leakIn(answer.text, token)
    if (what !== undefined) this.found.push({ what, came: summaryOf(answer) })
  }
}

/** Personal data of a token in a text: its certificate or signature, the name or serial number in the certificate. */
export function leakIn(text: string, token: Claimed): Leak['what'] | undefined {
  if (holdsPieceOf(text, token['certificate'] ?? '')) return 'certificate'
  if (holdsPieceOf(text, token['signature'] ?? '')) return 'signature'
  const certificate = read(token['certificate'] ?? '')
  if (certificate === undefined) return undefined
  const { serialNumber, subject } = certificate
  const name = /^CN=(.+)$/m.exec(subject)?.[1]
  if (name !== undefined && text.includes(name)) return 'name'
  const digits = text.toUpperCase().replaceAll(/(?<=[0-9A-F]{2})[: ](?=[0-9A-F]{2})/g, '')
  if (digits.includes(serialNumber) || text.includes(String(BigInt(`0x${serialNumber}`)))) return 'serial-number'
  return undefined
}

/** Any run of 24 characters of a longer text, from any start. */
function holdsPieceOf(text: string, secret: string): boolean {
  const pieces = new Set<string>()
  for (let at = 0; at + piece <= text.length; at++) pieces.add(text.substring(at, at + piece))
  for (let at = 0; at + piece <= secret.length; at++) {
    const one = secret.substring(at, at + piece)
    if (pieces.has(one) && new Set(one).size > 4) return true
  }
  return false
}

function read(base64: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}
