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
}
