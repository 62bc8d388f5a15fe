/**
 * JP2 file (ISO/IEC 15444-1) of a greyscale image in one colour. One tile, one component of 8 bits, no wavelet
 * decomposition, one quality layer: so one packet, and that packet is empty. Every sample decodes to the level shift
 * 128.
 */

import { asciiBytes, concat, fromHex } from '../../bytes.ts'
import { uint16, uint32 } from './png.ts'

/** Width and height in pixels. `filler` bytes (0 to 65 531) are put in a comment to enlarge the file. */
export function greyJp2(width: number, height: number, filler: Uint8Array): Uint8Array {
  const greyscale = Uint8Array.of(1, 0, 0, 0, 0, 0, 17)
  const imageHeader = concat(uint32(height), uint32(width), uint16(1), Uint8Array.of(7, 7, 0, 0))
  return concat(
    box('jP  ', fromHex('0D0A870A')),
    box('ftyp', asciiBytes('jp2 '), uint32(0), asciiBytes('jp2 ')),
    box('jp2h', box('ihdr', imageHeader), box('colr', greyscale)),
    box('jp2c', codestream(width, height, filler)),
  )
}

function codestream(width: number, height: number, filler: Uint8Array): Uint8Array {
  const startOfCodestream = fromHex('FF4F')
  const size = concat(
    uint16(0),
    ...[width, height, 0, 0, width, height, 0, 0].map(uint32),
    uint16(1),
    Uint8Array.of(7, 1, 1),
  )
  const codingStyle = fromHex('00 00 0001 00 00 04 04 00 01')
  const quantization = fromHex('40 40')
  const comment = concat(uint16(0), filler)
  const startOfData = fromHex('FF93')
  const emptyPacket = Uint8Array.of(0)
  const tilePartLength = 12 + startOfData.length + emptyPacket.length
  return concat(
    startOfCodestream,
    segment(0xff51, size),
    segment(0xff52, codingStyle),
    segment(0xff5c, quantization),
    filler.length > 0 ? segment(0xff64, comment) : filler,
    segment(0xff90, concat(uint16(0), uint32(tilePartLength), Uint8Array.of(0, 1))),
    startOfData,
    emptyPacket,
    fromHex('FFD9'),
  )
}

/** Marker, length (which counts itself) and parameters. */
function segment(marker: number, parameters: Uint8Array): Uint8Array {
  return concat(uint16(marker), uint16(parameters.length + 2), parameters)
}

function box(type: string, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = concat(...contents)
  return concat(uint32(body.length + 8), asciiBytes(type), body)
}
