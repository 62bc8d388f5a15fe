/** Instants as certificates, lists and OCSP answers hold them: whole seconds, UTC. */

import type { Time } from 'pkijs'
import type { Asn1 } from './asn1.ts'

/** The second an instant lies in. @throws TypeError for no instant, naming the option. */
export function wholeSecond(instant: Date, option: string): Date {
  if (Number.isNaN(instant.getTime())) throw new TypeError(`${option} must be a valid date`)
  return new Date(Math.floor(instant.getTime() / 1000) * 1000)
}

/** UTCTime from 1950 through 2049, else GeneralizedTime (RFC 5280, 4.1.2.5). */
export function encodeTime(instant: Date, { pkijs }: Asn1): Time {
  const year = instant.getUTCFullYear()
  return new pkijs.Time({ type: year >= 1950 && year < 2050 ? 0 : 1, value: instant })
}
