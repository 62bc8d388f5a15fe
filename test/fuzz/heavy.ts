import { generateKeyPairSync, sign } from 'node:crypto'
import { encodeTlv } from '../../src/tlv/index.ts'

/** The inputs that cost most for their size, 1 MiB at most, and the target each is for. */

const size = 1 << 20
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const spki = publicKey.export({ type: 'spki', format: 'der' })

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const element = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => encodeTlv(tag, ...parts)
const sequence = (...parts: readonly Uint8Array[]): Uint8Array => element(0x30, ...parts)
const ecdsa = hex('300A06082A8648CE3D040302')
const name = (common: string): Uint8Array => sequence(rdn(0x0c, Buffer.from(common)))
const rdn = (tag: number, value: Uint8Array): Uint8Array =>
  element(0x31, sequence(hex('0603550403'), element(tag, value)))
const validity = sequence(element(0x17, Buffer.from('250101000000Z')), element(0x17, Buffer.from('350101000000Z')))

/** As many copies as fit. */
const filled = (unit: Uint8Array, room = size - 2048): Buffer => Buffer.alloc(room - (room % unit.length), unit)

/** Different units, as many as fit. */
function different(unit: (number: number) => Uint8Array, room = size - 2048): Buffer {
  const units: Uint8Array[] = []
  for (let used = 0, i = 0; used < room; i++) {
    const next = unit(i)
    units.push(next)
    used += next.length
  }
  return Buffer.concat(units.slice(0, -1))
}

const arcs = (i: number): Buffer => Buffer.from([0x2a, 0x81 + (i >> 14), 0x80 | ((i >> 7) & 0x7f), i & 0x7f])
const policy = (i: number): Uint8Array => sequence(element(0x06, arcs(i)))
const extension = (id: string, value: Uint8Array): Uint8Array => sequence(hex(id), element(0x04, value))
const ids = {
  keyUsage: '0603551D0F',
  altName: '0603551D11',
  basicConstraints: '0603551D13',
  nameConstraints: '0603551D1E',
  policies: '0603551D20',
  mappings: '0603551D21',
  points: '0603551D1F',
  purposes: '0603551D25',
}
const caExtension = extension(ids.basicConstraints, hex('30030101FF'))

interface Parts {
  readonly issuer?: Uint8Array
  readonly subject?: Uint8Array
  readonly key?: Uint8Array
  readonly extensions?: readonly Uint8Array[]
}

/** A signed certificate with these parts. */
function certificate({ issuer = name('I'), subject = name('S'), key = spki, extensions = [] }: Parts): Uint8Array {
  const version = hex('A003020102')
  const wrapped = extensions.length === 0 ? [] : [element(0xa3, sequence(...extensions))]
  const tbs = sequence(version, hex('020101'), ecdsa, issuer, validity, subject, key, ...wrapped)
  return sequence(tbs, ecdsa, element(0x03, hex('00'), sign('sha256', tbs, privateKey)))
}

function list(entries: Uint8Array, extensions: Uint8Array = hex('')): Uint8Array {
  const time = element(0x17, Buffer.from('250101000000Z'))
  const revoked = entries.length === 0 ? [] : [sequence(entries)]
  const wrapped = extensions.length === 0 ? [] : [element(0xa0, sequence(extensions))]
  const tbs = sequence(hex('020101'), ecdsa, name('I'), time, time, ...revoked, ...wrapped)
  return sequence(tbs, ecdsa, element(0x03, hex('00'), sign('sha256', tbs, privateKey)))
}

function response(
  singles: Uint8Array,
  extensions: Uint8Array = hex(''),
  certificates: Uint8Array = hex(''),
): Uint8Array {
  const time = element(0x18, Buffer.from('20260101000000Z'))
  const extended = extensions.length === 0 ? [] : [element(0xa1, sequence(extensions))]
  const data = sequence(element(0xa1, name('I')), time, sequence(singles), ...extended)
  const sent = certificates.length === 0 ? [] : [element(0xa0, sequence(certificates))]
  const basic = sequence(data, ecdsa, element(0x03, hex('00'), sign('sha256', data, privateKey)), ...sent)
  return sequence(hex('0A0100'), element(0xa0, sequence(hex('06092B0601050507300101'), element(0x04, basic))))
}
const single = sequence(
  sequence(sequence(hex('06012A')), hex('0400'), hex('0400'), hex('020101')),
  hex('8000'),
  element(0x18, Buffer.from('20260101000000Z')),
)

const entry = (i: number): Uint8Array =>
  sequence(
    element(0x02, Buffer.from([1, i >> 16, (i >> 8) & 0xff, i & 0xff])),
    element(0x17, Buffer.from('250101000000Z')),
  )

/** A path: anchor, end certificate, then the pool; each behind its length. */
function framed(...certificates: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    certificates.flatMap((one) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(one.length)
      return [length, one]
    }),
  )
}
const half = size / 2 - 2048
const path = (ofCa: readonly Uint8Array[], ofEnd: readonly Uint8Array[]): Uint8Array =>
  framed(
    certificate({ issuer: name('R'), subject: name('R'), extensions: [caExtension] }),
    certificate({ issuer: name('M'), subject: name('E'), extensions: ofEnd }),
    certificate({ issuer: name('R'), subject: name('M'), extensions: [caExtension, ...ofCa] }),
  )
const subtree = (tag: number, value: string): Uint8Array => sequence(element(tag, Buffer.from(value)))
const rsaSequence = hex('300D06092A864886F70D0101010500')
const oneExtension = (id: string, tag: number, content: Uint8Array) =>
  certificate({ extensions: [extension(id, element(tag, content))] })

/** By `target/what it is`. */
export const heavyInputs: Readonly<Record<string, () => Uint8Array>> = {
  'certificate/key usage of 8 million bits': () =>
    oneExtension(ids.keyUsage, 0x03, Buffer.concat([hex('00'), Buffer.alloc(size - 2048, 0xff)])),
  'certificate/empty addresses': () => oneExtension(ids.altName, 0x30, filled(hex('8700'))),
  'certificate/empty hosts': () => oneExtension(ids.altName, 0x30, filled(hex('8200'))),
  'certificate/empty directory names': () => oneExtension(ids.altName, 0x30, filled(hex('A4023000'))),
  'certificate/other names': () => oneExtension(ids.altName, 0x30, filled(hex('A00706012AA0020500'))),
  'certificate/one long host': () => oneExtension(ids.altName, 0x30, element(0x82, Buffer.alloc(size - 2048, 0x61))),
  'certificate/purposes': () => oneExtension(ids.purposes, 0x30, filled(hex('06012A'))),
  'certificate/one long purpose': () =>
    oneExtension(ids.purposes, 0x30, element(0x06, Buffer.alloc(size - 2048, 0x2a))),
  'certificate/policies': () => oneExtension(ids.policies, 0x30, different(policy)),
  'certificate/mappings': () => oneExtension(ids.mappings, 0x30, filled(hex('300606012A06012B'))),
  'certificate/subtrees': () => oneExtension(ids.nameConstraints, 0x30, element(0xa0, filled(hex('30028200')))),
  'certificate/distribution points': () => oneExtension(ids.points, 0x30, filled(hex('3006A004A0028600'))),
  'certificate/extensions': () =>
    certificate({ extensions: [different((i) => sequence(element(0x06, arcs(i)), hex('0400')))] }),
  'certificate/relative names': () => certificate({ subject: sequence(filled(hex('3109300706035504030C00'))) }),
  'certificate/attributes': () => certificate({ subject: sequence(element(0x31, filled(hex('30050601550C00')))) }),
  'certificate/attribute of unknown kind': () =>
    certificate({ subject: sequence(rdn(0x04, Buffer.alloc(size - 2048))) }),
  'certificate/long BMPString': () => certificate({ subject: sequence(rdn(0x1e, Buffer.alloc(size - 2048, 0x75))) }),
  'certificate/long UniversalString': () => certificate({ subject: sequence(rdn(0x1c, filled(hex('0001F600')))) }),
  'certificate/RSA key of 8 million bits': () =>
    certificate({
      key: sequence(
        rsaSequence,
        element(0x03, hex('00'), sequence(element(0x02, Buffer.alloc(size - 2048, 0x55)), hex('020103'))),
      ),
    }),
  'certificate/nested': () => {
    let nested: Uint8Array = hex('0500')
    while (nested.length < 20_000) nested = sequence(nested)
    return nested
  },
  'list/entries': () => list(different(entry)),
  'list/entries with extensions': () =>
    list(different((i) => sequence(entry(i).subarray(2), sequence(hex('300A0603551D1504030A0101'))))),
  'list/long serial numbers': () =>
    list(
      different((i) =>
        sequence(
          element(0x02, Buffer.concat([entry(i).subarray(4, 8), Buffer.alloc(16_000)])),
          element(0x17, Buffer.from('250101000000Z')),
        ),
      ),
    ),
  'list/extensions': () =>
    list(
      hex(''),
      different((i) => sequence(element(0x06, arcs(i)), hex('0400')), 65_000),
    ),
  'list/reasons of half a million bits': () =>
    list(
      hex(''),
      sequence(hex('0603551D1C'), element(0x04, sequence(element(0x83, hex('00'), Buffer.alloc(65_000, 0xff))))),
    ),
  'response/answers': () => response(filled(single)),
  'response/extensions': () =>
    response(
      single,
      different((i) => sequence(element(0x06, arcs(i)), hex('0400'))),
    ),
  'response/certificates': () =>
    response(
      single,
      hex(''),
      Buffer.concat(
        Array.from({ length: 8 }, () =>
          certificate({ extensions: [extension(ids.altName, element(0x30, filled(hex('8700'), size / 8 - 2048)))] }),
        ),
      ),
    ),
  'tlv/many': () => filled(hex('0500'), size),
  'tlv/nested': () => {
    let nested: Uint8Array = hex('0500')
    while (nested.length < 20_000) nested = sequence(nested)
    return nested
  },
  'path/policies': () =>
    path(
      [extension(ids.policies, sequence(different(policy, half)))],
      [extension(ids.policies, sequence(different(policy, half)))],
    ),
  'path/mappings': () =>
    path(
      [
        extension(ids.policies, sequence(different(policy, half / 2))),
        extension(
          ids.mappings,
          sequence(different((i) => sequence(element(0x06, arcs(i)), element(0x06, arcs(i + 1))), half / 2)),
        ),
      ],
      [extension(ids.policies, sequence(different(policy, half)))],
    ),
  'path/mappings of one policy': () =>
    path(
      [
        extension(ids.policies, sequence(policy(0))),
        extension(
          ids.mappings,
          sequence(different((i) => sequence(element(0x06, arcs(0)), element(0x06, arcs(i))), half)),
        ),
      ],
      [extension(ids.policies, sequence(different(policy, half)))],
    ),
  'path/host constraints': () =>
    path(
      [
        extension(
          ids.nameConstraints,
          sequence(
            element(
              0xa1,
              different((i) => subtree(0x82, `a${i}.jp`), half),
            ),
          ),
        ),
      ],
      [extension(ids.altName, sequence(different((i) => element(0x82, Buffer.from(`b${i}.jp`)), half)))],
    ),
  'path/one long mailbox': () =>
    path(
      [extension(ids.nameConstraints, sequence(element(0xa1, subtree(0x81, 'example.jp'))))],
      [extension(ids.altName, sequence(element(0x81, Buffer.from(`"${'\\a'.repeat(half / 2)}@example.jp`))))],
    ),
  'path/one long host': () =>
    path(
      [extension(ids.nameConstraints, sequence(element(0xa1, subtree(0x82, 'example.jp'))))],
      [extension(ids.altName, sequence(element(0x82, Buffer.from(`${'a.'.repeat(half / 2)}!`))))],
    ),
  'path/one long URI': () =>
    path(
      [extension(ids.nameConstraints, sequence(element(0xa1, subtree(0x86, '.example.jp'))))],
      [extension(ids.altName, sequence(element(0x86, Buffer.from(`https://${'@:1'.repeat(half / 3)}`))))],
    ),
  'path/long names': () => {
    const long = sequence(rdn(0x0c, Buffer.from(' a'.repeat(80_000))))
    const other = sequence(rdn(0x0c, Buffer.from(' A'.repeat(80_000))))
    return framed(
      certificate({ issuer: other, subject: other, extensions: [caExtension] }),
      certificate({ issuer: long }),
      certificate({ issuer: other, subject: other, extensions: [caExtension] }),
    )
  },
  'path/pool of namesakes': () =>
    framed(
      certificate({ issuer: name('R'), subject: name('R'), extensions: [caExtension] }),
      certificate({ issuer: name('M') }),
      ...Array.from({ length: 2500 }, () => certificate({ issuer: name('R'), subject: name('M'), extensions: [] })),
    ),
  'cms/signers': () => cms({ signers: different((i) => signerInfo(Buffer.alloc(1 + (i % 200)))) }),
  'cms/certificates': () =>
    cms({ certificates: different((i) => certificate({ subject: name(`${i}`) }), size - 8192) }),
  'cms/attributes': () =>
    cms({
      signers: signerInfo(
        hex(''),
        different((i) => sequence(element(0x06, arcs(i)), hex('31020500'))),
      ),
    }),
  'cms/values of one attribute': () =>
    cms({ signers: signerInfo(hex(''), sequence(hex('06012A'), element(0x31, filled(hex('0500'))))) }),
  'cms/lists': () => cms({ revocations: filled(hex('3000')) }),
  'cms/hashes': () => cms({ hashes: different((i) => sequence(element(0x06, arcs(i)))) }),
  'cms/counter-signatures of counter-signatures': () => {
    let inner = signerInfo(hex(''))
    for (let i = 0; i < 300; i++) inner = signerInfo(hex(''), hex(''), sequence(counterSignature, element(0x31, inner)))
    return cms({ signers: inner })
  },
  'cms/one long content': () => cms({ content: Buffer.alloc(size - 4096) }),
  'cms/nested': () => {
    let nested: Uint8Array = hex('0500')
    while (nested.length < 20_000) nested = sequence(nested)
    return nested
  },
  'pdf/objects': () => pdf((num) => `<</A ${num}/B[1 0 R]/C(x)>>`),
  'pdf/objects of one number': () => pdf(() => '1'),
  'pdf/strings': () => pdf((num) => (num === 20 ? `[${'()'.repeat(size / 2 - 2000)}]` : undefined)),
  'pdf/dictionaries': () => pdf((num) => (num === 20 ? `[${'<<>>'.repeat(size / 4 - 1000)}]` : undefined)),
  'pdf/references': () => pdf((num) => (num === 20 ? `[${'1 0 R '.repeat(size / 6 - 1000)}]` : undefined)),
  'pdf/names': () =>
    pdf((num) => (num === 20 ? `[${different((i) => Buffer.from(`/${i.toString(36)}`)).toString()}]` : undefined)),
  'pdf/keys': () =>
    pdf((num) => (num === 20 ? `<<${different((i) => Buffer.from(`/${i.toString(36)} 1`)).toString()}>>` : undefined)),
  'pdf/numbers': () => pdf((num) => (num === 20 ? `[${'.1 '.repeat(size / 3 - 1000)}]` : undefined)),
  'pdf/fields': () =>
    pdf(
      (num) => `<</FT/Tx/T(f${num})>>`,
      (numbers) => `/AcroForm<</Fields[5 0 R ${numbers}]>>`,
    ),
  'xml/elements': () => xml('<b/>'.repeat(size / 4 - 1000)),
  'xml/elements that are deep': () => xml('<b>'.repeat(size / 3 - 1000)),
  'xml/attributes': () => xml(`<b${different((i) => Buffer.from(` a${i.toString(36)}=""`)).toString()}/>`),
  'xml/namespaces': () => xml(`<b${different((i) => Buffer.from(` xmlns:a${i.toString(36)}="urn:a"`)).toString()}/>`),
  'xml/ids': () => xml(different((i) => Buffer.from(`<b Id="${i.toString(36)}"/>`)).toString()),
  'xml/the same id': () => xml('<b Id="a"/>'.repeat(size / 11 - 1000)),
  'xml/one long text': () => xml('a'.repeat(size - 4096)),
  'xml/comments': () => xml('<!---->'.repeat(size / 7 - 1000)),
  'xml/references of characters': () => xml('&#65;'.repeat(size / 5 - 1000)),
  'xml/sections of text': () => xml('<![CDATA[a]]>'.repeat(size / 13 - 1000)),
  'xml/signatures': () => xml(xmlSignature('').repeat(size / xmlSignature('').length - 100)),
  'xml/references': () => xml(xmlSignature(xmlReference.repeat(size / xmlReference.length - 100))),
}

const integerOf = (i: number): Uint8Array => element(0x02, Buffer.from([1, i >> 16, (i >> 8) & 0xff, i & 0xff]))
const counterSignature = hex('06092A864886F70D010906')
const sha256 = sequence(hex('0609608648016503040201'))

/** A SignerInfo of no one. */
function signerInfo(
  before: Uint8Array,
  signedAttributes: Uint8Array = hex(''),
  unsignedAttribute: Uint8Array = hex(''),
): Uint8Array {
  return sequence(
    hex('020101'),
    sequence(name('I'), before.length === 0 ? hex('020101') : integerOf(before.length)),
    sha256,
    ...(signedAttributes.length === 0 ? [] : [element(0xa0, signedAttributes)]),
    sequence(hex('06092A864886F70D01010B0500')),
    hex('0400'),
    ...(unsignedAttribute.length === 0 ? [] : [element(0xa1, unsignedAttribute)]),
  )
}

interface CmsParts {
  readonly content?: Uint8Array
  readonly hashes?: Uint8Array
  readonly certificates?: Uint8Array
  readonly revocations?: Uint8Array
  readonly signers?: Uint8Array
}

function cms({
  content = hex(''),
  hashes = sha256,
  certificates,
  revocations,
  signers = signerInfo(hex('')),
}: CmsParts): Uint8Array {
  const data = sequence(
    hex('020101'),
    element(0x31, hashes),
    sequence(hex('06092A864886F70D010701'), element(0xa0, element(0x04, content))),
    ...(certificates === undefined ? [] : [element(0xa0, certificates)]),
    ...(revocations === undefined ? [] : [element(0xa1, revocations)]),
    element(0x31, signers),
  )
  return sequence(hex('06092A864886F70D010702'), element(0xa0, data))
}

/** Two revisions, the first with a signature, the second with as many objects as fit. */
function pdf(
  text: (num: number) => string | undefined,
  catalog = (_: string): string => '/AcroForm<</Fields[5 0 R]>>',
): Uint8Array {
  let body = '%PDF-1.7\n'
  let rows = ''
  const put = (num: number, object: string): void => {
    rows += `${num} 1\n${String(body.length).padStart(10, '0')} 00000 n \n`
    body += `${num} 0 obj\n${object}\nendobj\n`
  }
  const end = (more: string): number => {
    const at = body.length
    body += `xref\n${rows}trailer\n<</Size 99999/Root 1 0 R${more}>>\nstartxref\n${at}\n%%EOF\n`
    rows = ''
    return at
  }
  put(1, `<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>`)
  put(2, '<</Type/Pages/Kids[3 0 R]/Count 1>>')
  put(3, '<</Type/Page/Parent 2 0 R>>')
  put(5, '<</FT/Sig/T(a)/V 6 0 R>>')
  put(6, '<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>')
  const first = end('')
  const numbers: number[] = []
  for (let num = 20; body.length + rows.length + numbers.length * 9 < size - 4096; num++) {
    const object = text(num)
    if (object === undefined) break
    put(num, object)
    numbers.push(num)
  }
  put(1, `<</Type/Catalog/Pages 2 0 R${catalog(numbers.map((num) => `${num} 0 R`).join(' '))}>>`)
  end(`/Prev ${first}`)
  return Buffer.from(body, 'latin1')
}

const xml = (inner: string): Uint8Array => Buffer.from(`<a>${inner}${xmlSignature('')}</a>`)
const xmlReference =
  '<Reference URI=""><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AAAA</DigestValue></Reference>'
const xmlSignature = (more: string): string =>
  `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>${xmlReference}${more}</SignedInfo><SignatureValue>AAAA</SignatureValue></Signature>`
