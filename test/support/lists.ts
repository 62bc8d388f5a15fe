import { sign } from 'node:crypto'
import { der, extension, integer, type Keys, name, oid, sequence } from './issue.ts'

/** A revocation list of an issuer, current for a day around a moment. */
interface ListPlan {
  readonly issuer: string
  readonly signer: Keys
  /** Serial numbers below 128. */
  readonly revoked: readonly number[]
  readonly at: Date
}

const day = 86_400_000
const text = (date: Date): string => `${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`
const time = (at: Date, days: number): Buffer => der(0x17, Buffer.from(text(new Date(at.getTime() + days * day))))

export function issueList({ issuer, signer, revoked, at }: ListPlan): Buffer {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'))
  const entries = revoked.map((serial) => sequence(integer(serial), time(at, -2)))
  const tbs = sequence(
    integer(1),
    algorithm,
    name(issuer),
    time(at, -1),
    time(at, 1),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    der(0xa0, sequence(extension('2.5.29.20', integer(1)))),
  )
  const signature = sign('sha256', tbs, signer.privateKey)
  return sequence(tbs, algorithm, der(0x03, Buffer.from([0]), signature))
}
