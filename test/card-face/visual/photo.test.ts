import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { crc32, inflateSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { VisualApplication } from '../../../src/card-face/index.ts'
import { encodePng } from '../../../src/card-face/visual/images.ts'
import type * as Photo from '../../../src/card-face/visual/photo.ts'
import { compile } from '../../support/compiled.ts'
import { thrown } from '../../support/vectors.ts'
import { bench, identity } from '../../support/virtual.ts'
import { codeB } from '../authenticity/card.ts'
import { jp2 } from './records.ts'

// The decoder runs in a worker thread, which Node.js 20 does not start from TypeScript.
const at = compile('photo-tests', ['src/card-face/visual/photo.ts'])
let photoToPng: typeof Photo.photoToPng
beforeAll(async () => {
  photoToPng = ((await import(at('src/card-face/visual/photo.js'))) as typeof Photo).photoToPng
})

/** Size, samples a pixel and lines of samples of a PNG without filters. */
function pixels(png: Uint8Array): { width: number; height: number; colour: number; lines: number[][] } {
  const bytes = Buffer.from(png)
  expect(bytes.toString('latin1', 0, 8)).toBe('\x89PNG\r\n\x1a\n')
  const chunks = new Map<string, Buffer>()
  for (let offset = 8; offset < bytes.length; offset += 12 + bytes.readUInt32BE(offset)) {
    const end = offset + 8 + bytes.readUInt32BE(offset)
    expect(bytes.readUInt32BE(end)).toBe(crc32(bytes.subarray(offset + 4, end)))
    chunks.set(bytes.toString('latin1', offset + 4, offset + 8), bytes.subarray(offset + 8, end))
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND'])
  const header = chunks.get('IHDR')!
  expect([header[8], ...header.subarray(10)]).toEqual([8, 0, 0, 0])
  const [width, height, colour] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9]!]
  const line = 1 + width * (colour === 2 ? 3 : 1)
  const data = inflateSync(chunks.get('IDAT')!)
  expect(data.length).toBe(height * line)
  const lines = Array.from({ length: height }, (_, y) => [...data.subarray(y * line, (y + 1) * line)])
  expect(lines.every(([filter]) => filter === 0)).toBe(true)
  return { width, height, colour, lines: lines.map((one) => one.slice(1)) }
}

/** Lossless images made with opj_compress 2.5.0: 24 by 16 grey, 10x + 7y; 8 by 4 colour, 30x, 60y, 9xy. */
const grey =
  'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAEAAAABgAAQcHAAAAAAAPY29scgEAAAAAABEAAAEpanAyY/9P' +
  '/1EAKQAAAAAAGAAAABAAAAAAAAAAAAAAABgAAAAQAAAAAAAAAAAAAQcBAf9SAAwAAAABAAEEBAAB/1wAB0BASEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVu' +
  'SlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAAAtAAB/5PfgrASH4jmUTSZcFgKFraO1PMnlYik5qWg3odcttuWGXR+Ci0mw3OA78t7zwXBQ4Yo9GjIl/a8' +
  'NurHRQmT5vwe5H3Qdonph5KQkwFEBAt5GnUNDYtj7GPHt8/AXj7R2PwEAEv91NLFKMxniWJW+q3uGADn/ly7wMVXSFEcp2g4+UwsEThYB8CM7r8Xbh4F' +
  'nsvRDvVYFTFIYb4IlLAd7i9J3nVh8ba//9k='
const colour =
  'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAABAAAAAgAAwcHAAAAAAAPY29scgEAAAAAABAAAADjanAyY/9P' +
  '/1EALwAAAAAACAAAAAQAAAAAAAAAAAAAAAgAAAAEAAAAAAAAAAAAAwcBAQcBAQcBAf9SAAwAAAABAQAEBAAB/1wABEBA/2QAJQABQ3JlYXRlZCBieSBP' +
  'cGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAAAawAB/5PfgPgSHRA0X/kepozlbKVyYmyuEGF7mJWfq2yLr71OR62D34DAAKd5Rqe4iSVuzC9dlbs9' +
  'qcSv9pspAmB/34DoAKKE6/IXjh3PcGwElNJREr8WLVp7Hh17XTe5hAP/2Q=='
const file = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

describe('photoToPng', () => {
  test('decodes grey, sample by sample', async () => {
    const { width, height, png } = await photoToPng(file(grey))
    expect([width, height]).toEqual([24, 16])
    const image = pixels(png)
    expect([image.width, image.height, image.colour]).toEqual([24, 16, 0])
    expect(image.lines).toEqual(
      Array.from({ length: 16 }, (_, y) => Array.from({ length: 24 }, (_, x) => (10 * x + 7 * y) & 255)),
    )
  })

  test('decodes colour, sample by sample', async () => {
    const image = pixels((await photoToPng(file(colour))).png)
    expect([image.width, image.height, image.colour]).toEqual([8, 4, 2])
    const wanted = Array.from({ length: 4 }, (_, y) =>
      Array.from({ length: 8 }, (_, x) => [30 * x, 60 * y, 9 * x * y]).flat(),
    )
    expect(image.lines).toEqual(wanted)
  })

  test.each(['small', 'large'] as const)('decodes the photo of a card, %s', async (cardFace) => {
    await using open = await (await bench({ cardFace })).session()
    const visual = await VisualApplication.open(open)
    await visual.verifyPin('code-b', codeB(await identity()))
    const { photo } = await visual.readCardFace()
    const { width, height, png } = await photoToPng(photo!)
    expect([width, height]).toEqual([photo!.width, photo!.height])
    const { lines } = pixels(png)
    expect(lines.every((line) => line.length === width)).toBe(true)
    // Light above, a face in the middle, and nothing that a failed decoder leaves: one grey.
    expect(lines[10]!.every((sample) => sample > 200)).toBe(true)
    expect(new Set(lines.flat()).size).toBeGreaterThan(6)
  })

  test.each([
    ['no JPEG 2000', new Uint8Array(100)],
    ['two components', jp2({ components: 2 })],
    ['16 bits', jp2({ depth: 16 })],
    ['a million tiles', jp2({ width: 1024, height: 1024, tile: [1, 1] })],
    ['too many pixels', jp2({ width: 100_000, height: 100_000 })],
    ['more pixels than there are', jp2({ width: 0x7fff_ffff, height: 0x7fff_ffff })],
  ])('%s is refused before the decoder sees it', async (_name, bytes) => {
    expect(await thrown(() => photoToPng(bytes, { timeoutMs: 1 }))).toMatchObject({
      code: 'ERR_CARD_DATA',
      message: expect.not.stringContaining('within'),
    })
  })

  test.each([
    ['nothing after the header', jp2()],
    ['an unknown marker', jp2({ rest: Uint8Array.of(0xff, 0x00, 0, 0) })],
    ['a stream of zeros', jp2({ rest: new Uint8Array(30_000) })],
  ])('%s is refused by the decoder', async (_name, bytes) => {
    const error = await thrown(() => photoToPng(bytes))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', message: expect.stringContaining('refuses') })
  })

  test('what takes too long is ended', async () => {
    const error = await thrown(() => photoToPng(file(grey), { timeoutMs: 1 }))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', message: expect.stringContaining('within 1 ms') })
    await expect(photoToPng(file(grey), { timeoutMs: 0 })).rejects.toThrow(RangeError)
    await expect(photoToPng(file(grey), { timeoutMs: 1e9 })).rejects.toThrow(RangeError)
  })

  test('changed files end in an image of the same size or a coded error', async () => {
    let state = 12_345
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    let decoded = 0
    for (let run = 0; run < 8; run++) {
      const bytes = file(run % 2 === 0 ? grey : colour)
      for (let i = 0; i < 3; i++) bytes[100 + random(bytes.length - 100)] = random(256)
      try {
        const { width, height, png } = await photoToPng(bytes)
        expect(pixels(png).lines).toHaveLength(height)
        expect(width).toBeGreaterThan(0)
        decoded++
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_CARD_DATA' })
      }
    }
    expect(decoded).toBeGreaterThan(0)
  })

  test('without the decoder it says what to install', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'photo-'))
    try {
      cpSync(fileURLToPath(at('.')), folder, { recursive: true })
      const elsewhere = (await import(
        pathToFileURL(join(folder, 'src/card-face/visual/photo.js')).href
      )) as typeof Photo
      const error = await thrown(() => elsewhere.photoToPng(file(grey)))
      expect(error).toMatchObject({ code: 'ERR_DEPENDENCY_MISSING', dependency: '@cornerstonejs/codec-openjpeg' })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

test('encodePng writes an image of one pixel, and one of a line', () => {
  expect(pixels(encodePng({ width: 1, height: 1, components: 1, samples: Uint8Array.of(7) })).lines).toEqual([[7]])
  const samples = Uint8Array.of(1, 2, 3, 4, 5, 6)
  expect(pixels(encodePng({ width: 2, height: 1, components: 3, samples })).lines).toEqual([[1, 2, 3, 4, 5, 6]])
})
