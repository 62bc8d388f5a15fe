import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type CardFace,
  type CardImage,
  type CheckedCard,
  decodeCardFace,
  decodeNumberImage,
  type FieldProblem,
  type NumberImage,
  photoToPng,
  VisualApplication,
  type VisualPin,
  type VisualRecord,
  verifyAuthenticity,
} from '../../card-face/index.ts'
import { DecodeError } from '../../errors.ts'
import { withFile } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import type { ImageName } from '../messages/application-texts.ts'
import type { Messages } from '../messages/catalogue.ts'
import { outFolder, out as outOption, png, png as pngOption } from '../options.ts'
import { table } from '../output.ts'
import { withSession } from '../session.ts'
import { authenticityResult } from './authenticity-report.ts'
import { fieldRow, furtherJson, furtherRows } from './holder-rows.ts'
import { namedRoots, virtualRoots } from './roots.ts'
import { unlockVisual, verifyUnlock, visualPinOf } from './unlock.ts'

/** An image with its name. */
interface NamedImage extends CardImage {
  readonly id: ImageName
}

/** Every image that could be read. */
function imagesOf(face: CardFace | undefined, number: NumberImage | undefined): readonly NamedImage[] {
  const images = [
    ['name', face?.nameImage],
    ['address', face?.addressImage],
    ['photo', face?.photo],
    ['security-code', face?.unsigned.securityCodeImage],
    ['number', number?.image],
  ] as const
  return images.flatMap(([id, image]) => (image === undefined ? [] : [{ id, ...image }]))
}

/** Converts an image to PNG. @throws DecodeError `ERR_CARD_DATA`; DependencyError without the decoder. */
async function asPng(image: NamedImage): Promise<NamedImage> {
  if (image.format === 'png') return image
  const { width, height, png } = await photoToPng(image)
  return { id: image.id, format: 'png', width, height, bytes: png }
}

/** Images for `--json`, and the same in rows. */
interface ShownImages {
  readonly json: readonly Readonly<Record<string, unknown>>[]
  readonly rows: readonly (readonly string[])[]
}

/** Images as requested by `--png` and `--out`: for `--json`, and in rows. Files have mode 0600. */
async function deliverImages({ options, messages }: Context, read: readonly NamedImage[]): Promise<ShownImages> {
  const images = options.has(pngOption) ? await Promise.all(read.map(asPng)) : read
  const folder = options.get(outFolder)
  const files = images.map(({ id, format }) => (folder === undefined ? undefined : join(folder, `${id}.${format}`)))
  if (folder !== undefined && images.length > 0) {
    await withFile('cannot-write', () => mkdir(folder, { recursive: true }))
  }
  for (const [i, image] of images.entries()) if (files[i] !== undefined) await writeImage(files[i], image)
  return {
    json: images.map((image, i) => imageJson(image, files[i])),
    rows: images.map((image, i) => imageRow(image, files[i], messages)),
  }
}

/** Writes one image. @throws CliError `ERR_FILE`. */
function writeImage(file: string, { bytes }: NamedImage): Promise<void> {
  return withFile('cannot-write', () => writeFile(file, bytes, { mode: 0o600 }))
}

/** One image for `--json`. */
function imageJson(image: NamedImage, out: string | undefined): Readonly<Record<string, unknown>> {
  const { id, format, width, height, bytes } = image
  return { id, format, width, height, bytes: bytes.length, ...(out !== undefined && { out }) }
}

/** One image in a row. */
function imageRow(image: NamedImage, out: string | undefined, { applicationTexts }: Messages): string[] {
  const { format, width, height, bytes } = image
  const size = `${format.toUpperCase()}, ${width} × ${height}, ${bytes.length} B`
  return [applicationTexts.images[image.id], ...(out === undefined ? [size] : [size, out])]
}

/** Records readable with each code. */
const records: Readonly<Record<VisualPin, readonly VisualRecord[]>> = {
  'birth-date': ['birth-record'],
  'code-a': ['card-face', 'number-image'],
  'code-b': ['card-face'],
}

/**
 * `visual verify`: verifies the records readable with the code; images are written with `--out` only when they are
 * authentic.
 */
export async function visualVerify(context: Context): Promise<Result> {
  const { options, messages, pins } = context
  const pin = visualPinOf(context, ['birth-date', 'code-a', 'code-b'])
  const named = await namedRoots(options)
  pins.requireSource()
  const { value } = await withSession(context, async (session) => {
    const trusted = named ?? virtualRoots(context)
    const visual = { records: records[pin], unlock: await unlockVisual(context, session, pin) }
    const report = await verifyAuthenticity(session, { ...trusted, visual, cardExpiry: pin !== 'birth-date' })
    return { report, trusted }
  })
  const { json, text, ...rest } = authenticityResult(value.report, 'visual', value.trusted, messages)
  const images = await deliverImages(context, options.has(outFolder) ? provedImages(value.report) : [])
  return {
    json: { ...json, images: images.json },
    text: `${text}${table(images.rows, '')}`,
    ...rest,
  }
}

function provedImages({ ok, evidence }: CheckedCard): readonly NamedImage[] {
  const { cardFace, numberImage } = evidence.visual ?? {}
  if (!ok) return []
  return imagesOf(cardFace && decodeCardFace(cardFace), numberImage && decodeNumberImage(numberImage))
}

/** `visual show`: the card face as far as readable with the code; images by size, written with `--out`. */
export async function visualShow(context: Context): Promise<Result> {
  const { messages, pins } = context
  const pin = visualPinOf(context, ['birth-date', 'code-a', 'code-b'])
  pins.requireSource()
  const { value } = await withSession(context, async (session) => {
    const app = await VisualApplication.open(session)
    await verifyUnlock(app, await unlockVisual(context, session, pin))
    if (pin === 'birth-date') return { read: await app.readBirthRecord() }
    const face = await app.readCardFace()
    const number = pin === 'code-a' ? await app.readNumberImage() : undefined
    return { read: face, face, number }
  })
  const { read, face, number } = value
  const { birthDate, further } = read
  const images = await deliverImages(context, imagesOf(face, number))
  const ofNumber = (number?.problems ?? []).map((one) => ({ ...one, field: 'numberImage' as const }))
  const problems = [...read.problems, ...ofNumber]
  const { holder, notProved } = messages.applicationTexts
  return {
    json: {
      with: pin,
      birthDate: birthDate ?? null,
      ...(face !== undefined && { sex: face.sex ?? null, expiry: face.unsigned.expiry ?? null }),
      images: images.json,
      further: further.map(furtherJson),
      problems,
    },
    text: table(
      [
        fieldRow(holder.birthDate, birthDate, problems, 'birthDate', messages),
        ...faceRows(face, messages),
        ...images.rows,
        ...missingImages(problems, messages),
        ...furtherRows(further, problems, messages),
      ],
      '',
    ),
    note: notProved('visual verify'),
  }
}

function faceRows(face: CardFace | undefined, messages: Messages): string[][] {
  if (face === undefined) return []
  const { holder, sexes } = messages.applicationTexts
  const { sex, unsigned, problems } = face
  return [
    fieldRow(holder.sex, sex && sexes[sex], problems, 'sex', messages),
    fieldRow(holder.cardExpiry, unsigned.expiry, problems, 'expiry', messages),
  ]
}

/** Names of the images by the field that holds each. */
const imageFields = {
  nameImage: 'name',
  addressImage: 'address',
  photo: 'photo',
  securityCodeImage: 'security-code',
  numberImage: 'number',
} as const satisfies Readonly<Record<string, ImageName>>

/** Rows of the images that cannot be read. */
function missingImages(problems: readonly FieldProblem[], messages: Messages): string[][] {
  const { images } = messages.applicationTexts
  return Object.entries(imageFields).flatMap(([field, id]) =>
    problems.some((one) => one.field === field) ? [fieldRow(images[id], undefined, problems, field, messages)] : [],
  )
}

/** `visual photo --out FILE`: the photo, JPEG 2000 as the card has it, or PNG. */
export async function visualPhoto(context: Context): Promise<Result> {
  const { options, messages, pins } = context
  const pin = visualPinOf(context, ['code-a', 'code-b'])
  pins.requireSource()
  const { value } = await withSession(context, async (session) => {
    const app = await VisualApplication.open(session)
    await verifyUnlock(app, await unlockVisual(context, session, pin))
    const { photo } = await app.readCardFace()
    if (photo === undefined) throw new DecodeError('ERR_CARD_DATA', 'the photo cannot be read', 0)
    return { id: 'photo', ...photo } as const
  })
  const photo = options.has(png) ? await asPng(value) : value
  const out = options.get(outOption)!
  await writeImage(out, photo)
  return {
    json: { ...imageJson(photo, out) },
    text: table([imageRow(photo, out, messages)], ''),
    note: messages.applicationTexts.notProved('visual verify'),
  }
}
