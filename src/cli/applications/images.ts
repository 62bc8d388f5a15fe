import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CardFace, type CardImage, type NumberImage, photoToPng } from '../../card-face/index.ts'
import { withFile } from '../cli-error.ts'
import type { Context } from '../context.ts'
import type { ImageName } from '../messages/application-texts.ts'
import type { Messages } from '../messages/catalogue.ts'
import { outFolder, png as pngOption } from '../options.ts'

/** An image with its name. */
export interface NamedImage extends CardImage {
  readonly id: ImageName
}

/** Every image that was read. */
export function imagesOf(face: CardFace | undefined, number: NumberImage | undefined): readonly NamedImage[] {
  return [
    ...(face === undefined
      ? []
      : ([
          { id: 'name', ...face.nameImage },
          { id: 'address', ...face.addressImage },
          { id: 'photo', ...face.photo },
          { id: 'security-code', ...face.unsigned.securityCodeImage },
        ] as const)),
    ...(number === undefined ? [] : [{ id: 'number', ...number.image } as const]),
  ]
}

/** Converts an image to PNG. @throws DecodeError `ERR_CARD_DATA`; DependencyError without the decoder. */
export async function asPng(image: NamedImage): Promise<NamedImage> {
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
export async function deliverImages({ options, messages }: Context, read: readonly NamedImage[]): Promise<ShownImages> {
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
export function writeImage(file: string, { bytes }: NamedImage): Promise<void> {
  return withFile('cannot-write', () => writeFile(file, bytes, { mode: 0o600 }))
}

/** One image for `--json`. */
export function imageJson(image: NamedImage, out: string | undefined): Readonly<Record<string, unknown>> {
  const { id, format, width, height, bytes } = image
  return { id, format, width, height, bytes: bytes.length, ...(out !== undefined && { out }) }
}

/** One image in a row. */
export function imageRow(image: NamedImage, out: string | undefined, { applicationTexts }: Messages): string[] {
  const { format, width, height, bytes } = image
  const size = `${format.toUpperCase()}, ${width} × ${height}, ${bytes.length} B`
  return [applicationTexts.images[image.id], ...(out === undefined ? [size] : [size, out])]
}
