import type { DocumentHash } from '../signer.ts'
import type { Canonicalization } from './canonical.ts'

/** Namespace of XML signatures. */
export const dsig = 'http://www.w3.org/2000/09/xmldsig#'
/** Namespace of XAdES 1.3.2, that of ETSI EN 319 132-1 too. */
export const xades = 'http://uri.etsi.org/01903/v1.3.2#'
/** `Type` of the reference to the signed properties. ETSI EN 319 132-1, 4.4.2. */
export const signedPropertiesType = 'http://uri.etsi.org/01903#SignedProperties'
/** `Type` of the reference of a counter-signature. ETSI EN 319 132-1, 5.2.7.2. */
export const countersignedType = 'http://uri.etsi.org/01903#CountersignedSignature'
/** Transform that leaves out the signature it belongs to. XML Signature 1.1, 6.6.4. */
export const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'

const inclusive = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'
/** Namespace and identifier of exclusive canonicalization. */
export const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/** The canonicalizations, by identifier. XML Signature 1.1, 6.5; without Canonical XML 1.1, which no one asked for. */
export const canonicalizations: ReadonlyMap<string, Canonicalization> = new Map([
  [inclusive, { isExclusive: false, hasComments: false }],
  [`${inclusive}#WithComments`, { isExclusive: false, hasComments: true }],
  [exclusive, { isExclusive: true, hasComments: false }],
  [`${exclusive}WithComments`, { isExclusive: true, hasComments: true }],
])

/** Applied to elements when no transform makes bytes of them. XML Signature 1.1, 4.4.3.2. */
export const defaultCanonicalization: Canonicalization = { isExclusive: false, hasComments: false }

/** Identifier of a canonicalization. */
export const canonicalizationName = ({ isExclusive, hasComments }: Canonicalization): string =>
  isExclusive ? `${exclusive}${hasComments ? 'WithComments' : ''}` : `${inclusive}${hasComments ? '#WithComments' : ''}`

/** The hash functions, by identifier. XML Signature 1.1, 6.2. */
export const digests: ReadonlyMap<string, DocumentHash> = new Map([
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'SHA-256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'SHA-384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'SHA-512'],
])

/** A signature algorithm. */
export interface XmlAlgorithm {
  readonly key: 'rsa' | 'ec'
  readonly hash: DocumentHash
}

const more = 'http://www.w3.org/2001/04/xmldsig-more#'

/** The signature algorithms, by identifier. XML Signature 1.1, 6.4: RSASSA-PKCS1-v1_5 and ECDSA. */
export const algorithms: ReadonlyMap<string, XmlAlgorithm> = new Map(
  (['SHA-256', 'SHA-384', 'SHA-512'] as const).flatMap((hash): [string, XmlAlgorithm][] => {
    const name = hash.replace('-', '').toLowerCase()
    return [
      [`${more}rsa-${name}`, { key: 'rsa', hash }],
      [`${more}ecdsa-${name}`, { key: 'ec', hash }],
    ]
  }),
)

/** What known identifiers outside the tables are refused as. */
export const refusedAlgorithms: ReadonlyMap<string, 'weak-hash' | 'hmac'> = new Map([
  [`${dsig}sha1`, 'weak-hash'],
  [`${more}md5`, 'weak-hash'],
  [`${more}sha224`, 'weak-hash'],
  [`${dsig}rsa-sha1`, 'weak-hash'],
  [`${dsig}dsa-sha1`, 'weak-hash'],
  [`${more}rsa-md5`, 'weak-hash'],
  [`${more}ecdsa-sha1`, 'weak-hash'],
  [`${dsig}hmac-sha1`, 'hmac'],
  [`${more}hmac-md5`, 'hmac'],
  [`${more}hmac-sha224`, 'hmac'],
  [`${more}hmac-sha256`, 'hmac'],
  [`${more}hmac-sha384`, 'hmac'],
  [`${more}hmac-sha512`, 'hmac'],
])

/** Identifier of a value in one of the tables. */
export function nameIn<T>(table: ReadonlyMap<string, T>, is: (value: T) => boolean): string {
  for (const [name, value] of table) if (is(value)) return name
  throw new TypeError('not in the table')
}
