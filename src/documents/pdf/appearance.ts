import { deflateSync } from 'node:zlib'
import type { PdfRef, PdfValue } from './objects.ts'
import { refOf } from './signatures.ts'
import { type PdfUpdate, pdfDict, pdfName } from './write.ts'

/** What a signature draws: a box with text, an image, or both. */
export interface PdfAppearance {
  /** Position of the page, from 0. Default 0. */
  readonly page?: number | undefined
  /** Left, bottom, right, top in points from the lower left corner of the page. */
  readonly rect: readonly [number, number, number, number]
  /**
   * Lines of printable ASCII. A font for Japanese would have to be embedded, and is the application's: give `image` for
   * it, such as a seal (印影).
   */
  readonly lines?: readonly string[] | undefined
  /** Pixels, three bytes each (RGB), from the upper left. */
  readonly image?: { readonly width: number; readonly height: number; readonly rgb: Uint8Array } | undefined
}

/** Objects of an appearance, numbered from `next`. @throws TypeError, RangeError naming what is not as described. */
export function appearanceOf(
  { rect, lines = [], image, page = 0 }: PdfAppearance,
  next: number,
): { readonly form: PdfRef; readonly rect: PdfValue; readonly updates: readonly PdfUpdate[] } {
  const [left, bottom, right, top] = rect
  const [width, height] = [right - left, top - bottom]
  if (
    ![left, bottom, right, top].every((one) => Number.isFinite(one) && Math.abs(one) <= 14_400) ||
    width < 1 ||
    height < 1
  ) {
    throw new RangeError('appearance.rect must be left, bottom, right, top in points')
  }
  if (!Number.isSafeInteger(page) || page < 0) throw new RangeError('appearance.page must be a whole number from 0')
  if (lines.length > 20 || lines.some((line) => line.length > 200 || !/^[\x20-\x7e]*$/.test(line))) {
    throw new RangeError('appearance.lines must be at most 20 lines of printable ASCII; give other writing as image')
  }
  const updates: PdfUpdate[] = []
  const form = refOf(next)
  const content = [`0.5 w 0.25 0.25 ${fixed(width - 0.5)} ${fixed(height - 0.5)} re S`]
  const resources: Record<string, PdfValue> = {}
  if (image !== undefined) {
    if (!(image.width >= 1 && image.height >= 1) || image.rgb.length !== 3 * image.width * image.height) {
      throw new RangeError('appearance.image.rgb must have three bytes for each pixel')
    }
    const picture = refOf(next + 1)
    const scale = Math.min((width - 2) / image.width, (height - 2) / image.height)
    content.push(`q ${fixed(scale * image.width)} 0 0 ${fixed(scale * image.height)} 1 1 cm /I0 Do Q`)
    resources['XObject'] = pdfDict({ I0: picture })
    updates.push({
      num: picture.num,
      gen: 0,
      data: deflateSync(image.rgb),
      value: pdfDict({
        Type: pdfName('XObject'),
        Subtype: pdfName('Image'),
        Width: image.width,
        Height: image.height,
        ColorSpace: pdfName('DeviceRGB'),
        BitsPerComponent: 8,
        Filter: pdfName('FlateDecode'),
      }),
    })
  }
  if (lines.length > 0) {
    const longest = Math.max(...lines.map(({ length }) => length), 1)
    const size = Math.max(1, Math.min(12, (height - 4) / (1.2 * lines.length), (width - 6) / (0.6 * longest)))
    const shown = lines.map((line) => `(${line.replaceAll(/[\\()]/g, '\\$&')}) Tj T*`).join('\n')
    content.push(`BT /F0 ${fixed(size)} Tf ${fixed(1.2 * size)} TL 3 ${fixed(height - 2 - size)} Td\n${shown}\nET`)
    // One of the standard fonts, which every reader has: ISO 32000-1 9.6.2.2.
    const font = { Type: pdfName('Font'), Subtype: pdfName('Type1'), BaseFont: pdfName('Helvetica') }
    resources['Font'] = pdfDict({ F0: pdfDict({ ...font, Encoding: pdfName('WinAnsiEncoding') }) })
  }
  const value = pdfDict({
    Type: pdfName('XObject'),
    Subtype: pdfName('Form'),
    BBox: [0, 0, width, height],
    Resources: pdfDict(resources),
  })
  updates.unshift({ num: form.num, gen: 0, value, data: Buffer.from(content.join('\n'), 'latin1') })
  return { form, rect: [left, bottom, right, top], updates }
}

const fixed = (value: number): string => String(Math.round(value * 1000) / 1000)
