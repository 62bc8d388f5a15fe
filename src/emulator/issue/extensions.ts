/** X.509 extensions of the JPKI profile, card-facts sections 6.1 to 6.3. */

import type * as asn1jsTypes from 'asn1js'
import type * as pkijsTypes from 'pkijs'
import { type Asn1, encodeName, exactBuffer, keyIdentifier } from './asn1.ts'
import { compactDate, eraOf } from './calendar.ts'
import type { Authority } from './certificate.ts'
import type { NameParts } from './distinguished-name.ts'
import type { Holder } from './holder.ts'

const purposes = { clientAuth: '1.3.6.1.5.5.7.3.2', ocspSigning: '1.3.6.1.5.5.7.3.9' } as const

/** Makes extensions with one pair of libraries. */
export class ExtensionWriter {
  readonly #asn1: Asn1

  constructor(asn1: Asn1) {
    this.#asn1 = asn1
  }

  /** Bits in RFC 5280 order: 0 digitalSignature, 1 nonRepudiation, 5 keyCertSign, 6 cRLSign. */
  keyUsage(...bits: readonly number[]): pkijsTypes.Extension {
    const octet = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0)
    const unusedBits = 7 - Math.max(...bits)
    const { BitString } = this.#asn1.asn1js
    return this.extension('2.5.29.15', true, new BitString({ valueHex: exactBuffer(Uint8Array.of(octet)), unusedBits }))
  }

  extendedKeyUsage(purpose: keyof typeof purposes): pkijsTypes.Extension {
    const usage = new this.#asn1.pkijs.ExtKeyUsage({ keyPurposes: [purposes[purpose]] })
    return this.extension('2.5.29.37', false, usage.toSchema())
  }

  certificateAuthority(): pkijsTypes.Extension {
    return this.extension('2.5.29.19', true, new this.#asn1.pkijs.BasicConstraints({ cA: true }).toSchema())
  }

  /** subjectAltName 2.5.29.17 or issuerAltName 2.5.29.18 with one directoryName. */
  directoryAltName(oid: '2.5.29.17' | '2.5.29.18', name: NameParts): pkijsTypes.Extension {
    const { GeneralNames } = this.#asn1.pkijs
    return this.extension(oid, false, new GeneralNames({ names: [this.directoryName(name)] }).toSchema())
  }

  /** Six otherNames in the order 1, 4, 3, 5, 2, 6 (three sources). */
  holderAltName(holder: Holder): pkijsTypes.Extension {
    const birth = eraOf(holder.birthDate).code + compactDate(holder.birthDate)
    const names = [
      this.#otherName(1, holder.name),
      this.#otherName(4, birth),
      this.#otherName(3, holder.sex),
      this.#otherName(5, holder.address),
      this.#otherName(2, holder.nameSubstitutes),
      this.#otherName(6, holder.addressSubstitutes),
    ]
    return this.extension('2.5.29.17', false, new this.#asn1.asn1js.Sequence({ value: names }))
  }

  /** Critical, with a CPS pointer. */
  policy(oid: string, cps: string): pkijsTypes.Extension {
    const { asn1js, pkijs } = this.#asn1
    const qualifier = new pkijs.PolicyQualifierInfo({
      policyQualifierId: '1.3.6.1.5.5.7.2.1',
      qualifier: new asn1js.IA5String({ value: cps }),
    })
    const policy = new pkijs.PolicyInformation({ policyIdentifier: oid, policyQualifiers: [qualifier] })
    return this.extension(
      '2.5.29.32',
      true,
      new pkijs.CertificatePolicies({ certificatePolicies: [policy] }).toSchema(),
    )
  }

  crlDistributionPoint(name: NameParts): pkijsTypes.Extension {
    const { pkijs } = this.#asn1
    const point = new pkijs.DistributionPoint({ distributionPoint: [this.directoryName(name)] })
    return this.extension(
      '2.5.29.31',
      false,
      new pkijs.CRLDistributionPoints({ distributionPoints: [point] }).toSchema(),
    )
  }

  ocspResponder(uri: string): pkijsTypes.Extension {
    const { pkijs } = this.#asn1
    const description = new pkijs.AccessDescription({
      accessMethod: '1.3.6.1.5.5.7.48.1',
      accessLocation: new pkijs.GeneralName({ type: 6, value: uri }),
    })
    return this.extension(
      '1.3.6.1.5.5.7.1.1',
      false,
      new pkijs.InfoAccess({ accessDescriptions: [description] }).toSchema(),
    )
  }

  /** Key identifier, issuer and serial of the CA. */
  authorityKey({ publicKey, name, serial }: Authority): pkijsTypes.Extension {
    const { asn1js, pkijs } = this.#asn1
    const identifier = new pkijs.AuthorityKeyIdentifier({
      keyIdentifier: new asn1js.OctetString({ valueHex: exactBuffer(keyIdentifier(publicKey, this.#asn1)) }),
      authorityCertIssuer: [this.directoryName(name)],
      authorityCertSerialNumber: new asn1js.Integer({ valueHex: exactBuffer(serial) }),
    })
    return this.extension('2.5.29.35', false, identifier.toSchema())
  }

  subjectKey(publicKey: Uint8Array): pkijsTypes.Extension {
    const { OctetString } = this.#asn1.asn1js
    return this.extension(
      '2.5.29.14',
      false,
      new OctetString({ valueHex: exactBuffer(keyIdentifier(publicKey, this.#asn1)) }),
    )
  }

  directoryName(name: NameParts): pkijsTypes.GeneralName {
    return new this.#asn1.pkijs.GeneralName({ type: 4, value: encodeName(name, this.#asn1) })
  }

  /** [0] { 1.2.392.200149.8.5.5.n, [0] UTF8String }. */
  #otherName(n: number, value: string): asn1jsTypes.Constructed {
    const { Constructed, ObjectIdentifier, Utf8String } = this.#asn1.asn1js
    const idBlock = { tagClass: 3, tagNumber: 0 }
    return new Constructed({
      idBlock,
      value: [
        new ObjectIdentifier({ value: `1.2.392.200149.8.5.5.${n}` }),
        new Constructed({ idBlock, value: [new Utf8String({ value })] }),
      ],
    })
  }

  extension(extnID: string, critical: boolean, value: { toBER(): ArrayBuffer }): pkijsTypes.Extension {
    return new this.#asn1.pkijs.Extension({ extnID, critical, extnValue: value.toBER() })
  }
}
