/** The cards of an evaluation: certificates with one fault each, and the keys that sign with them. */

import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { copyBytes, fromHex } from '../../bytes.ts'
import { type IssuedCertificate, issueUserCertificates, type UserCertificateOptions } from '../../emulator/index.ts'
import type { EvaluationPki, PkiName } from './create.ts'
import { type Change, encode, oids, reissue } from './der.ts'

/** Certificate and key of a card. */
export interface Credential {
  readonly certificate: Uint8Array
  readonly key: KeyObject
}

const day = 86_400_000

/** Name of a {@link Credential}. */
export type CredentialName =
  | 'good'
  | 'second'
  | 'other'
  | 'signature'
  | 'expired'
  | 'not-yet-valid'
  | 'revoked'
  | 'stale'
  | 'third'
  | 'test'
  | 'forged'
  | 'altered'
  | 'self-signed'
  | 'ca'
  | 'of-holder'
  | 'of-another-key'
  | 'wrong-key-usage'
  | 'wrong-extended-key-usage'
  | 'no-extended-key-usage'
  | 'wrong-policy'
  | 'unknown-critical-extension'
  | 'sha-1'
  | 'short-key'
  | 'trailing-byte'
  | 'not-a-certificate'

/** How each certificate is made. */
const makers: Readonly<Record<CredentialName, (maker: Maker) => Promise<IssuedCertificate>>> = {
  good: (maker) => maker.issue({}),
  second: (maker) => maker.issue({ ca: 'second' }),
  other: (maker) => maker.issue({ key: 'other-holder' }),
  signature: async (maker) => maker.pki.issued['holder-signature'],
  expired: (maker) => maker.issue({ from: -300, to: -1 }),
  'not-yet-valid': (maker) => maker.issue({ from: 1, to: 300 }),
  revoked: async (maker) => maker.pki.issued['revoked-holder'],
  stale: (maker) => maker.issue({ ca: 'stale' }),
  third: (maker) => maker.issue({ ca: 'third' }),
  test: (maker) => maker.issue({ ca: 'test' }),
  forged: (maker) => maker.issue({ caKey: 'other-holder' }),
  altered: async (maker) => maker.altered(),
  'self-signed': (maker) => maker.changed({ subject: 'as-issuer' }, 'holder'),
  ca: async (maker) => maker.pki.issued.first,
  'of-holder': (maker) =>
    maker.changed(
      { issuedBy: maker.pki.issued['other-holder'].certificate, without: oids.authorityKeyIdentifier },
      'other-holder',
    ),
  'of-another-key': async (maker) => maker.ofAnotherKey(),
  'wrong-key-usage': (maker) =>
    maker.changed({
      without: oids.keyUsage,
      extension: { id: oids.keyUsage, critical: true, value: fromHex('03020520') },
    }),
  'wrong-extended-key-usage': (maker) =>
    maker.changed({
      without: oids.extendedKeyUsage,
      extension: {
        id: oids.extendedKeyUsage,
        critical: false,
        value: encode(0x30, encode(0x06, fromHex(oids.serverAuth))),
      },
    }),
  'no-extended-key-usage': (maker) => maker.changed({ without: oids.extendedKeyUsage }),
  'wrong-policy': (maker) => maker.issue({ policy: '1.2.392.200149.8.5.1.9.99' }),
  'unknown-critical-extension': (maker) =>
    maker.changed({ extension: { id: oids.unknown, critical: true, value: fromHex('0500') } }),
  'sha-1': (maker) => maker.changed({ hash: 'sha1' }),
  'short-key': (maker) => maker.issue({ key: shortKey() }),
  'trailing-byte': async (maker) => maker.withTrailingByte(),
  'not-a-certificate': async (maker) => maker.notACertificate(),
}

const kept = new WeakMap<EvaluationPki, { readonly now: number; readonly credentials: Credentials }>()

/** Credentials of one PKI, each made when first asked for and then kept. */
export class Credentials {
  readonly #maker: Maker
  readonly #made = new Map<CredentialName | number, Promise<Credential>>()

  private constructor(pki: EvaluationPki, now: Date) {
    this.#maker = new Maker(pki, now)
  }

  /** Those of a PKI at one moment: runs for the same moment share them. */
  static of(pki: EvaluationPki, now: Date): Credentials {
    const known = kept.get(pki)
    if (known?.now === now.getTime()) return known.credentials
    const credentials = new Credentials(pki, now)
    kept.set(pki, { now: now.getTime(), credentials })
    return credentials
  }

  /** @param name - a number: one of any number of good ones, each with another certificate. */
  get(name: CredentialName | number): Promise<Credential> {
    const known = this.#made.get(name)
    if (known !== undefined) return known
    const maker = typeof name === 'number' ? this.#maker.good(name) : makers[name](this.#maker)
    const made = maker.then(({ certificate, privateKey }) => ({
      certificate,
      key: keyOf(privateKey),
    }))
    this.#made.set(name, made)
    return made
  }

  /** Certificate of a CA or holder of the PKI. */
  certificate(name: PkiName): Uint8Array {
    return this.#maker.pki.issued[name].certificate
  }
}

/** Makes certificates of the PKI. */
class Maker {
  readonly pki: EvaluationPki
  readonly #now: number

  constructor(pki: EvaluationPki, now: Date) {
    this.pki = pki
    this.#now = now.getTime()
  }

  /** Days are counted from now. */
  async issue(plan: {
    readonly ca?: PkiName
    readonly caKey?: PkiName
    readonly key?: PkiName | Uint8Array
    readonly policy?: string
    readonly from?: number
    readonly to?: number
  }): Promise<IssuedCertificate> {
    const { ca = 'first', caKey = ca, key = 'holder', policy, from = -30, to } = plan
    const { issued } = this.pki
    const auth = typeof key === 'string' ? issued[key].privateKey : key
    const at = (days: number): Date => new Date(this.#now + days * day)
    const options: UserCertificateOptions = {
      now: new Date(this.#now),
      notBefore: at(from),
      keys: { auth: { privateKey: auth }, sign: issued['holder-signature'] },
      ...(to !== undefined && { notAfter: at(to) }),
      ...(policy !== undefined && { policies: { auth: policy } }),
    }
    const authCa = { certificate: issued[ca].certificate, privateKey: issued[caKey].privateKey }
    return (await issueUserCertificates({ authCa, signCa: issued.signature }, options)).auth
  }

  /** Two keys are enough: what is different is the certificate. */
  good(number: number): Promise<IssuedCertificate> {
    return this.issue({ key: number % 2 === 0 ? 'holder' : 'other-holder' })
  }

  async changed(change: Change, signer: PkiName = 'first'): Promise<IssuedCertificate> {
    const { certificate, privateKey } = await this.issue({})
    return { certificate: reissue(certificate, keyOf(this.pki.issued[signer].privateKey), change), privateKey }
  }

  /** One character of the subject changed; the signature is as it was. */
  async altered(): Promise<IssuedCertificate> {
    const { certificate, privateKey } = await this.issue({})
    const changed = copyBytes(certificate)
    const at = Buffer.from(changed).indexOf('99999003A')
    changed[at] = 0x38
    return { certificate: changed, privateKey }
  }

  async ofAnotherKey(): Promise<IssuedCertificate> {
    const { certificate } = await this.issue({ key: 'other-holder' })
    return { certificate, privateKey: this.pki.issued.holder.privateKey }
  }

  async withTrailingByte(): Promise<IssuedCertificate> {
    const { certificate, privateKey } = await this.issue({})
    return { certificate: Uint8Array.of(...certificate, 0), privateKey }
  }

  async notACertificate(): Promise<IssuedCertificate> {
    const { certificate, privateKey } = await this.issue({})
    return { certificate: copyBytes(certificate).fill(0x30), privateKey }
  }
}

function keyOf(pkcs8: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
}

function shortKey(): Uint8Array {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  return new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
}
