/** 券面事項確認AP (visual AP), card-facts section 3.3. */

import { randomBytes } from 'node:crypto'
import { asciiBytes, concat, copyBytes, fromHex } from '../../bytes.ts'
import { sw } from '../apdu.ts'
import { noise, png, stripes } from '../images.ts'
import { compactDate, eraDigits } from '../issue/calendar.ts'
import { cvcKeyId, publicKeyObjects, signRecord } from '../issue/cvc.ts'
import type { Identity } from '../issue/identity.ts'
import { jp2, portrait } from '../photo.ts'
import { privateKeyOf, sha256 } from '../rsa.ts'
import { type Application, type CardFile, internalKey, transparent } from '../table.ts'
import { filled, tlv } from '../tlv-writer.ts'
import { printedCode, verificationCodeB, withOffsets } from './card-face-parts.ts'
import { type CardContent, cardOr, chipOf, contactAtrObject } from './content.ts'
import { issuerCertificate } from './text.ts'

// Contents of the visual AP's files besides the card face, card-facts sections 5.4 and 5.5.

/** Age-verification record, EF 0001: birth date, card key, signature over both (one source). */
function birthRecord(identity: Identity): Uint8Array {
  const signed = concat(
    tlv(0xdf11, asciiBytes(compactDate(identity.holder.birthDate))),
    tlv(0xdf12, publicKeyObjects(identity.visualKey.publicKey)),
  )
  return tlv(0xff10, signed, tlv(0xdf13, signRecord(identity.cvc.visual.issuer, signed)))
}

/** AP basic information, EF 0003 (two sources). DF35 is opaque. */
function visualInformation(identity: Identity): Uint8Array {
  return tlv(
    0xff30,
    tlv(0xdf31, Uint8Array.of(6, 3, 0x0e, 1)),
    tlv(0xdf32, cvcKeyId('9000024', '000', 0)),
    tlv(0xdf33, Uint8Array.of(1)),
    tlv(0xdf34, asciiBytes(identity.municipalityCode)),
    tlv(0xdf35, cvcKeyId('9900025', '001', 0), randomBytes(256)),
  )
}

/** 個人番号 image, EF 0005: PNG, card key, signature over both (one source). The picture is of stripes. */
function numberImage(identity: Identity): Uint8Array {
  const signed = concat(
    tlv(0xdf41, png(72, 12, stripes(1 + Number(identity.serialNumber[0])))),
    tlv(0xdf42, publicKeyObjects(identity.visualKey.publicKey)),
  )
  return tlv(0xff40, signed, tlv(0xdf43, signRecord(identity.cvc.visual.issuer, signed)))
}

// Card face, EF 0002 of the visual AP, card-facts section 5.5 (four sources; what the signature covers: one).

/** Files end on a block of this size with FF filler. Chosen here: no source states the size of the file. */
const blockSize = 1024
/** Bytes of the photograph of a large face. */
const largePhoto = 14_100

const drawn = new WeakMap<Identity, Uint8Array>()

/** Bytes of the photograph that a file with the fault `visual-face-cut` has. */
const cutPhoto = 130

/** The holder's own photograph, or one that is drawn once, after the digits of the serial number. */
function photoOf({ identity, cardFace }: CardContent): Uint8Array {
  const { holder, serialNumber } = identity
  const height = 301 + (Number.parseInt(serialNumber[0]!, 36) % 10)
  const shade = portrait(240, height, Number.parseInt(serialNumber.slice(1, 10), 36))
  if (holder.photo !== undefined) return holder.photo
  if (cardFace === 'large') return jp2(240, height, shade, largePhoto)
  const photo = drawn.get(identity) ?? jp2(240, height, shade)
  drawn.set(identity, photo)
  return photo
}

/** What the signature covers; each part is hashed by itself. */
interface Segments {
  /** DF22 birth date, DF23 sex, DF24 card key. */
  readonly person: readonly Uint8Array[]
  /** DF25 name image, DF26 address image. */
  readonly print: readonly Uint8Array[]
  /** DF27 photograph. */
  readonly photo: readonly Uint8Array[]
}

function cardFaceFile(content: CardContent): Uint8Array {
  const { faults, identity } = content
  const segments = segmentsOf(content)
  const signed = cardOr(content, 'visual-signature-of-other-card')
  const signature = signSegments(signed === content ? segments : segmentsOf(signed), signed)
  const { photo } = faults.has('visual-photo-of-other-card')
    ? segmentsOf(cardOr(content, 'visual-photo-of-other-card'))
    : segments
  const year = Number(identity.cardExpiry.slice(0, 4)) + (faults.has('visual-expiry-changed') ? 10 : 0)
  const fields = [
    ...segments.person,
    ...segments.print,
    ...photo,
    tlv(0xdf28, signature),
    tlv(0xdf29, asciiBytes(compactDate(year + identity.cardExpiry.slice(4)))),
    tlv(0xdf2a, png(24, 12, stripes(2))),
  ]
  const file = withOffsets(fields, 0, faults.has('visual-face-offsets'))
  if (faults.has('visual-face-cut')) {
    const before = concat(...segments.person, ...segments.print).length
    return copyBytes(file, 0, file.length - concat(...fields).length + before + cutPhoto)
  }
  return filled(file, Math.ceil(file.length / blockSize) * blockSize)
}

function segmentsOf(content: CardContent): Segments {
  const { identity, cardFace } = content
  const { holder, visualKey, serialNumber } = identity
  const large = cardFace === 'large'
  const stripe = 1 + Number(serialNumber[0])
  return {
    person: [
      tlv(0xdf22, asciiBytes(compactDate(holder.birthDate))),
      tlv(0xdf23, asciiBytes(holder.sex)),
      tlv(0xdf24, publicKeyObjects(visualKey.publicKey)),
    ],
    print: [
      tlv(0xdf25, png(320, 40, large ? noise(stripe) : stripes(stripe))),
      tlv(0xdf26, png(320, 80, large ? noise(stripe + 10) : stripes(stripe + 10))),
    ],
    photo: [tlv(0xdf27, photoOf(content))],
  }
}

/** PKCS#1 v1.5 with SHA-256 over the three digests one after the other, 96 bytes. */
function signSegments({ person, print, photo }: Segments, { identity }: CardContent): Uint8Array {
  const digests = [person, print, photo].map((parts) => sha256(concat(...parts)))
  return signRecord(identity.cvc.visual.issuer, concat(...digests))
}

/**
 * A Juki card has the application, but which files is not public: here it has none. It was issued before 個人番号
 * existed.
 */
export function visualApplication(content: CardContent): Application {
  const common = {
    name: 'visual',
    aid: fromHex('D3921000310001010402'),
    sessionKeyRefusal: sw.sessionKeyUnsupported,
    dataObjects: contactAtrObject(content, 'applications'),
  }
  return content.kind === 'juki' ? { ...common, files: [] } : { ...common, defaultKey: 0x001a, files: files(content) }
}

function files(content: CardContent): CardFile[] {
  const { identity, secrets } = content
  return [
    transparent(0x0001, ['visual-birth'], () => birthRecord(cardOr(content, 'visual-birth-of-other-card').identity)),
    transparent(0x0002, ['visual-code-a', 'visual-code-b'], () =>
      cardFaceFile(cardOr(content, 'visual-face-of-other-card')),
    ),
    transparent(0x0003, 'free', () => visualInformation(identity)),
    transparent(0x0004, 'free', () => issuerCertificate(content, 'visual')),
    transparent(0x0005, ['visual-code-a'], () => numberImage(cardOr(content, 'visual-number-of-other-card').identity)),
    transparent(0x0006, ['visual-code-a', 'visual-code-b'], () => new Uint8Array(16).fill(0xff)),
    printedCode(0x0011, 'visual-birth', eraDigits(identity.holder.birthDate)),
    printedCode(0x0012, 'visual-code-b', verificationCodeB(identity)),
    printedCode(0x0013, 'visual-code-a', secrets.individualNumber),
    internalKey(0x0014),
    internalKey(0x0015),
    {
      structure: 'key',
      fid: 0x001a,
      purpose: 'sign',
      use: 'free',
      privateKey: () => privateKeyOf(chipOf(content, 'visual-key-copied').visualKey.privateKey),
    },
    internalKey(0x001c),
    internalKey(0x001e),
  ]
}
