/**
 * The worker thread of `photoToPng`: decodes one JPEG 2000 file with OpenJPEG (WebAssembly) and ends. A thread of its own so that
 * a hostile file costs no more than the limits its parent sets.
 */
import { parentPort, workerData } from 'node:worker_threads'

/** What the parent hands over. */
export interface PhotoTask {
  readonly file: Uint8Array
  /** Most memory of the decoder, bytes. */
  readonly maxMemory: number
}

/** What the worker answers. */
export type PhotoAnswer =
  | {
      readonly kind: 'pixels'
      readonly width: number
      readonly height: number
      readonly components: number
      readonly pixels: Uint8Array
    }
  | { readonly kind: 'refused'; readonly cause?: unknown }
  | { readonly kind: 'missing'; readonly cause: unknown }

/** The part of the codec's interface that is used; it comes without types. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array
  decode(): void
  getDecodedBuffer(): Uint8Array
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned: boolean }
}
type Codec = (options: object) => Promise<{ J2KDecoder: new () => Decoder }>

const { file, maxMemory } = workerData as PhotoTask

/** WebAssembly has no limit of its own below the codec's 2 GiB: growing further is refused, as by a machine without memory. */
const { grow } = WebAssembly.Memory.prototype
WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
  if (this.buffer.byteLength + pages * 65_536 > maxMemory) throw new RangeError('the decoder takes too much memory')
  return grow.call(this, pages)
}

async function answer(): Promise<PhotoAnswer> {
  let codec: Codec
  try {
    // @ts-expect-error: it has no types
    codec = (await import('@cornerstonejs/codec-openjpeg/decodewasmjs')).default
  } catch (cause) {
    return { kind: 'missing', cause }
  }
  const silent = (): void => undefined
  const { J2KDecoder } = await codec({ print: silent, printErr: silent })
  try {
    const decoder = new J2KDecoder()
    decoder.getEncodedBuffer(file.length).set(file)
    decoder.decode()
    const { width, height, componentCount: components, bitsPerSample, isSigned } = decoder.getFrameInfo()
    const pixels = new Uint8Array(decoder.getDecodedBuffer())
    if (bitsPerSample !== 8 || isSigned || pixels.length !== width * height * components) return { kind: 'refused' }
    return { kind: 'pixels', width, height, components, pixels }
  } catch (cause) {
    // The codec throws addresses of C++ exceptions, which say nothing.
    return { kind: 'refused', ...(cause instanceof Error && { cause }) }
  }
}

// No `await` at the top level: this file can be bundled as CommonJS.
answer().then((result) => parentPort!.postMessage(result))
