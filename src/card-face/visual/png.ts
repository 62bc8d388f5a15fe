import { crc32, deflateSync } from 'node:zlib'
import { asciiBytes, concat, fromHex } from '../../bytes.ts'

/** Pixels of 8 bits a sample, line by line, samples of a pixel together. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** 1 grey, 3 red, green and blue. */
  readonly components: 1 | 3
  readonly samples: Uint8Array
}

/** First bytes of every PNG file, ISO/IEC 15948. */
export const pngSignature: Uint8Array = fromHex('89504E470D0A1A0A')
const colourType = { 1: 0, 3: 2 } as const

/** PNG of one image, ISO/IEC 15948: no filter, no interlace. */
export function encodePng({ width, height, components, samples }: Pixels): Uint8Array {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, colourType[components]], 8)
  const line = width * components
  const filtered = new Uint8Array(height * (line + 1))
  for (let y = 0; y < height; y++) filtered.set(samples.subarray(y * line, (y + 1) * line), y * (line + 1) + 1)
  const end = new Uint8Array()
  return concat(pngSignature, chunk('IHDR', header), chunk('IDAT', deflateSync(filtered)), chunk('IEND', end))
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const checked = concat(asciiBytes(type), data)
  const frame = new DataView(new ArrayBuffer(8))
  frame.setUint32(0, data.length)
  frame.setUint32(4, crc32(checked))
  const bytes = new Uint8Array(frame.buffer)
  return concat(bytes.subarray(0, 4), checked, bytes.subarray(4))
}
