import { X509Certificate } from 'node:crypto'
import * as pkijs from 'pkijs'
import { toHex } from '../../src/bytes.ts'
import { type Certificate, type GeneralName, keyUsages } from '../../src/pki/x509/index.ts'

/** What one reader of certificates says, in a form all can be compared in. */
export type Facts = Readonly<Record<string, unknown>>

/** Numbers of the choices of GeneralName. RFC 5280 4.2.1.6. */
const nameTags: Readonly<Record<GeneralName['kind'], number>> = {
  other: 0,
  email: 1,
  dns: 2,
  x400: 3,
  directory: 4,
  'edi-party': 5,
  uri: 6,
  ip: 7,
  'registered-id': 8,
}

/** Facts read by this package, for comparison with pkijs. */
export function ourFacts(certificate: Certificate): Facts {
  const { extensions, publicKey, subjectName, issuerName } = certificate
  const names = (one: typeof subjectName) => one.rdns.flat().map(({ type, value }) => [type, value])
  return {
    version: certificate.version,
    serial: toHex(certificate.serial),
    algorithm: certificate.signatureAlgorithm.id,
    issuer: names(issuerName),
    subject: names(subjectName),
    notBefore: certificate.notBeforeMs,
    notAfter: certificate.notAfterMs,
    publicKey: toHex(certificate.publicKeyDer),
    keyKind: publicKey.kind === 'rsa' ? 'RSA' : publicKey.kind === 'ec' ? 'EC' : publicKey.kind,
    keyUsage: extensions.keyUsage && [...extensions.keyUsage].sort(),
    extendedKeyUsage: extensions.extendedKeyUsage,
    subjectAltName: extensions.subjectAltName?.map((one) => [nameTags[one.kind], textOfName(one)]),
    ca: extensions.basicConstraints?.ca,
    pathLength: extensions.basicConstraints?.pathLength,
    policies: extensions.policies,
    subjectKeyId: extensions.subjectKeyId && toHex(extensions.subjectKeyId),
    tbs: toHex(certificate.tbs),
    signature: toHex(certificate.signature),
  }
}

function textOfName(name: GeneralName): unknown {
  if (name.kind === 'directory') return name.value.rdns.flat().map(({ type, value }) => [type, value])
  if (name.kind === 'other') return name.type
  return typeof name.value === 'string' ? name.value : toHex(name.value)
}

const bytes = (buffer: ArrayBuffer | Uint8Array): string => toHex(new Uint8Array(buffer))
const text = ({ value, type }: pkijs.AttributeTypeAndValue): [string, string] => [
  type,
  value.valueBlock.value as string,
]

/** The same facts as read by pkijs. */
export function pkijsFacts(der: Uint8Array): Facts {
  const one = pkijs.Certificate.fromBER(new Uint8Array(der))
  // biome-ignore lint/suspicious/noExplicitAny: pkijs types every parsed extension as any.
  const parsed = (id: string): any => one.extensions?.find(({ extnID }) => extnID === id)?.parsedValue
  const usage = parsed('2.5.29.15')
  const constraints = parsed('2.5.29.19')
  const keyId = parsed('2.5.29.14')
  return {
    version: one.version + 1,
    serial: bytes(one.serialNumber.valueBlock.valueHexView),
    algorithm: one.signatureAlgorithm.algorithmId,
    issuer: one.issuer.typesAndValues.map(text),
    subject: one.subject.typesAndValues.map(text),
    notBefore: one.notBefore.value.getTime(),
    notAfter: one.notAfter.value.getTime(),
    publicKey: bytes(one.subjectPublicKeyInfo.toSchema().toBER()),
    keyKind: { '1.2.840.113549.1.1.1': 'RSA', '1.2.840.10045.2.1': 'EC', '1.2.840.10040.4.1': 'dsa' }[
      one.subjectPublicKeyInfo.algorithm.algorithmId
    ],
    keyUsage:
      usage && keyUsages.filter((_, i) => (usage.valueBlock.valueHexView[i >> 3] ?? 0) & (0x80 >> (i & 7))).sort(),
    extendedKeyUsage: parsed('2.5.29.37')?.keyPurposes,
    subjectAltName: parsed('2.5.29.17')?.altNames.map((name: pkijs.GeneralName) => [name.type, valueOfName(name)]),
    ca: constraints?.cA,
    pathLength: constraints?.pathLenConstraint,
    policies: parsed('2.5.29.32')?.certificatePolicies.map(
      (policy: pkijs.PolicyInformation) => policy.policyIdentifier,
    ),
    subjectKeyId: keyId && bytes(keyId.valueBlock.valueHexView),
    tbs: bytes(one.tbsView),
    signature: bytes(one.signatureValue.valueBlock.valueHexView),
  }
}

function valueOfName({ type, value }: pkijs.GeneralName): unknown {
  if (type === 4) return (value as pkijs.RelativeDistinguishedNames).typesAndValues.map(text)
  if (type === 0) return value.valueBlock.value[0].valueBlock.toString()
  return typeof value === 'string' ? value : bytes(value.valueBlock.valueHexView)
}

/** Facts read by Node's parser, which is OpenSSL's, and by this package. */
export function nodeFacts(der: Uint8Array): Facts {
  const one = new X509Certificate(der)
  return {
    serial: one.serialNumber,
    notBefore: Date.parse(one.validFrom),
    notAfter: Date.parse(one.validTo),
    fingerprint: one.fingerprint256.replaceAll(':', ''),
    raw: toHex(one.raw),
    pem: one.toString(),
    ca: one.ca,
    keyUsage: one.keyUsage,
    key: nodeKey(one),
    altName: one.subjectAltName !== undefined,
  }
}

/** Kind and size of the key, and its DER; `undefined` when Node cannot read it. */
function nodeKey(certificate: X509Certificate): readonly unknown[] | undefined {
  let key: X509Certificate['publicKey']
  try {
    key = certificate.publicKey
  } catch {
    return undefined
  }
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  return [key.asymmetricKeyType, modulusLength ?? namedCurve, toHex(key.export({ type: 'spki', format: 'der' }))]
}
