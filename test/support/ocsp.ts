import { createHash, type KeyObject, sign } from 'node:crypto'
import { der, extension, integer, type Keys, name, oid, sequence } from './issue.ts'

/** A responder for tests: every part of its response can be replaced. */

const time = (date: Date): Buffer =>
  der(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`))
const bits = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' }).subarray(26)
const hashes = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1', sha512: '2.16.840.1.101.3.4.2.3' }

export const byName = (common: string): Buffer => der(0xa1, name(common))
export const byKey = ({ publicKey }: Keys): Buffer =>
  der(0xa2, der(0x04, createHash('sha1').update(bits(publicKey)).digest()))
export const nonceOf = (bytes: Uint8Array): Buffer => extension('1.3.6.1.5.5.7.48.1.2', der(0x04, bytes))
const good = der(0x80)
const wrap = (basic: Buffer): Buffer =>
  sequence(der(0x0a, Buffer.from([0])), der(0xa0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), der(0x04, basic))))

interface Single {
  readonly id?: Buffer
  readonly status?: Buffer
  readonly thisUpdate?: Date
  readonly nextUpdate?: Date | undefined
  readonly extensions?: readonly Buffer[]
}

export interface Reply {
  readonly id?: Buffer
  readonly produced?: Date
  readonly singles?: readonly Buffer[]
  readonly extensions?: readonly Buffer[]
  readonly signer?: Keys
  readonly certificates?: readonly Buffer[]
  readonly signature?: Buffer
  /** AlgorithmIdentifier of the signature: ECDSA with SHA-256 when left out. */
  readonly algorithm?: Buffer
}

/** Responses of the issuer `CA` with these keys, by default about the certificate with serial number 7 at that time. */
export function ocspResponder(root: Keys, at: Date) {
  const later = (minutes: number): Date => new Date(at.getTime() + 60_000 * minutes)
  const certId = (serial = 7, issuerName = 'CA', keys = root, hash: keyof typeof hashes = 'sha1'): Buffer => {
    const digest = (bytes: Buffer) => der(0x04, createHash(hash).update(bytes).digest())
    return sequence(
      sequence(oid(hashes[hash]), der(0x05)),
      digest(name(issuerName)),
      digest(bits(keys.publicKey)),
      integer(serial),
    )
  }
  /** Status of a certificate revoked a day before. */
  const revoked = (reason?: number): Buffer =>
    der(0xa1, time(later(-1440)), ...(reason === undefined ? [] : [der(0xa0, der(0x0a, Buffer.from([reason])))]))
  const single = (plan: Single = {}): Buffer => {
    const { id = certId(), status = good, thisUpdate = later(-10), extensions } = plan
    const nextUpdate = 'nextUpdate' in plan ? plan.nextUpdate : later(60)
    return sequence(
      id,
      status,
      time(thisUpdate),
      ...(nextUpdate === undefined ? [] : [der(0xa0, time(nextUpdate))]),
      ...(extensions === undefined ? [] : [der(0xa1, sequence(...extensions))]),
    )
  }
  const reply = ({ id = byName('CA'), produced = later(-5), signer = root, ...plan }: Reply = {}): Buffer => {
    const tbs = sequence(
      id,
      time(produced),
      sequence(...(plan.singles ?? [single()])),
      ...(plan.extensions === undefined ? [] : [der(0xa1, sequence(...plan.extensions))]),
    )
    const signature = plan.signature ?? sign('sha256', tbs, signer.privateKey)
    const certificates = plan.certificates && [der(0xa0, sequence(...plan.certificates))]
    const algorithm = plan.algorithm ?? sequence(oid('1.2.840.10045.4.3.2'))
    return wrap(sequence(tbs, algorithm, der(0x03, Buffer.from([0]), signature), ...(certificates ?? [])))
  }
  /** A response with one answer. */
  const one = (plan: Single): Buffer => reply({ singles: [single(plan)] })
  return { certId, revoked, single, reply, one }
}
