import { inflateSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeCardFace } from '../../src/card-face/index.ts'
import type * as Photo from '../../src/card-face/visual/photo.ts'
import { createIdentity, createVirtualCard, verificationCodeB } from '../../src/emulator/index.ts'
import { jp2, portrait, type Shade } from '../../src/emulator/photo.ts'
import { compile } from '../support/compiled.ts'
import { data, identity, selectVisual, sw, verifyDirect } from './support.ts'

// The decoder runs in a worker thread, which Node.js 20 does not start from TypeScript.
const at = compile('virtual-photo-tests', ['src/card-face/visual/photo.ts'])
let photoToPng: typeof Photo.photoToPng
beforeAll(async () => {
  photoToPng = ((await import(at('src/card-face/visual/photo.js'))) as typeof Photo).photoToPng
})

/** Grey values of a photo by OpenJPEG, row by row. */
async function pixelsOf(photo: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const image = await photoToPng(photo)
  expect([image.width, image.height]).toEqual([width, height])
  const png = Buffer.from(image.png)
  const parts: Buffer[] = []
  for (let from = 8; from < png.length; from += 12 + png.readUInt32BE(from)) {
    if (png.toString('latin1', from + 4, from + 8) === 'IDAT')
      parts.push(png.subarray(from + 8, from + 8 + png.readUInt32BE(from)))
  }
  const lines = inflateSync(Buffer.concat(parts))
  const pixels = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    expect(lines[y * (width + 1)]).toBe(0)
    pixels.set(lines.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)), y * width)
  }
  return pixels
}

const shades: Readonly<Record<string, Shade>> = {
  'a gradient': (x, y) => (2 * x + y) % 256,
  'noise of all shades': (x, y) => Math.abs(Math.floor(Math.sin(x * 12.9898 + y * 78.233) * 43_758.5453)) % 256,
  'black and white': (x, y) => (((x >> 2) + (y >> 2)) % 2 === 0 ? 0 : 255),
  black: () => 0,
  white: () => 255,
  grey: () => 128,
  'a drawn head': portrait(100, 130, 123_456_789),
}

describe('a photo', () => {
  test.each(Object.keys(shades))(
    'of %s is decoded by OpenJPEG to within a step',
    async (name) => {
      const shade = shades[name]!
      for (const [width, height] of [
        [100, 130],
        [64, 64],
        [1, 1],
        [65, 3],
      ] as const) {
        const pixels = await pixelsOf(jp2(width, height, shade), width, height)
        let worst = 0
        for (const [i, pixel] of pixels.entries()) {
          worst = Math.max(worst, Math.abs(pixel - shade(i % width, Math.floor(i / width))))
        }
        expect(worst, `${width} by ${height}`).toBeLessThan(16)
      }
    },
    60_000,
  )

  test('is enlarged by a comment', async () => {
    const larger = jp2(16, 16, () => 40, 1000)
    expect(larger.length).toBe(1000)
    expect(await pixelsOf(larger, 16, 16)).toEqual(
      await pixelsOf(
        jp2(16, 16, () => 40),
        16,
        16,
      ),
    )
  })
})

describe('the photo of a card', () => {
  const photoOf = async (holder: Parameters<typeof createIdentity>[0], cardFace: 'small' | 'large' = 'small') => {
    const person = await createIdentity({ like: await identity(), ...holder })
    const card = await createVirtualCard({ identity: person, cardFace })
    card.powerOn()
    await sw(card, selectVisual, verifyDirect('92', verificationCodeB(person)))
    return decodeCardFace(await data(card, '00B08200000000')).photo!
  }

  test('is the one of the holder, if there is one', async () => {
    const photo = jp2(32, 40, (x) => 4 * x)
    expect((await photoOf({ holder: { photo } })).bytes).toEqual(photo)
  })

  test('differs between persons, and has more than one shade', async () => {
    const [one, other] = [await photoOf({}), await photoOf({})]
    expect(one.bytes).not.toEqual(other.bytes)
    expect(new Set(await pixelsOf(one.bytes, one.width, one.height)).size).toBeGreaterThan(6)
  })

  test('of a large face has the size of a real one', async () => {
    expect((await photoOf({}, 'large')).bytes.length).toBe(14_100)
  })
})
