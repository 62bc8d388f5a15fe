/** Card face, EF 0002 of the visual AP, card-facts section 5.5 (four sources; what the signature covers: one). */

import { randomBytes } from 'node:crypto'
import { asciiBytes, concat, copyBytes } from '../../bytes.ts'
import { greyJp2 } from '../images/jpeg2000.ts'
import { noise, png, stripes } from '../images/png.ts'
import { compactDate } from '../issue/calendar.ts'
import { publicKeyObjects, signRecord } from '../issue/cvc.ts'
import { sha256 } from '../rsa.ts'
import { filled, tlv } from '../tlv-writer.ts'
import type { CardContent } from './content.ts'
import { withOffsets } from './offset-table.ts'
import { cardOr } from './other-card.ts'

/** Files end on a block of this size with FF filler. Chosen here: no source states the size of the file. */
const blockSize = 1024
/** Bytes of the photograph of a large face beyond the image itself. */
const photoFiller = 14_000

/** What the signature covers; each part is hashed by itself. */
interface Segments {
  /** DF22 birth date, DF23 sex, DF24 card key. */
  readonly person: readonly Uint8Array[]
  /** DF25 name image, DF26 address image. */
  readonly print: readonly Uint8Array[]
  /** DF27 photograph. */
  readonly photo: readonly Uint8Array[]
}

export function cardFaceFile(content: CardContent): Uint8Array {
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
  if (faults.has('visual-face-cut')) return copyBytes(file, 0, file.length - 400)
  return filled(file, Math.ceil(file.length / blockSize) * blockSize)
}

function segmentsOf({ identity, cardFace }: CardContent): Segments {
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
    photo: [tlv(0xdf27, greyJp2(240, 300 + stripe, large ? randomBytes(photoFiller) : new Uint8Array(0)))],
  }
}

/** PKCS#1 v1.5 with SHA-256 over the three digests one after the other, 96 bytes. */
function signSegments({ person, print, photo }: Segments, { identity }: CardContent): Uint8Array {
  const digests = [person, print, photo].map((parts) => sha256(concat(...parts)))
  return signRecord(identity.cvc.visual.issuer, concat(...digests))
}
