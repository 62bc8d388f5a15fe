/**
 * The worker thread of `photoToPng`: decodes one JPEG 2000 file with OpenJPEG (WebAssembly) and ends. A thread of its own so that
 * a hostile file costs no more than the limits its parent sets.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

/** What the parent passes. */
export interface PhotoTask {
  readonly file: Uint8Array
  /** Most memory of the decoder, bytes. */
  readonly maxMemory: number
}

/** What the worker answers: `decoding` before it looks at the photo, then one of the others. */
export type PhotoAnswer =
  | { readonly kind: 'decoding' }
  | {
      readonly kind: 'pixels'
      readonly width: number
      readonly height: number
      readonly components: number
      readonly pixels: Uint8Array
    }
  | { readonly kind: 'refused'; readonly cause?: unknown }
  | { readonly kind: 'missing'; readonly what: 'package' | 'wasm'; readonly cause: unknown }

/** The file with the code of the decoder. A bundler does not take it along: a bundled worker looks for it beside itself. */
const wasmFile = 'openjpegwasm_decode.wasm'

/** The part of the codec's interface that is used; it comes without types. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array
  decode(): void
  getDecodedBuffer(): Uint8Array
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned: boolean }
}
type Codec = (options: object) => Promise<{ J2KDecoder: new () => Decoder }>
type Library = Awaited<ReturnType<Codec>>

const { file, maxMemory } = workerData as PhotoTask
const folder = dirname(process.argv[1]!)

// The codec is CommonJS and reads this name, which a bundle of ECMAScript modules lacks. The thread is ours alone.
Object.assign(globalThis, { __dirname: folder })

/** WebAssembly has no limit of its own below the codec's 2 GiB: growing further is refused, as by a machine without memory. */
const { grow } = WebAssembly.Memory.prototype
WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
  if (this.buffer.byteLength + pages * 65_536 > maxMemory) throw new RangeError('the decoder needs too much memory')
  return grow.call(this, pages)
}

async function answer(): Promise<PhotoAnswer> {
  let codec: Codec
  try {
    // @ts-expect-error: it has no types
    codec = (await import('@cornerstonejs/codec-openjpeg/decodewasmjs')).default
  } catch (cause) {
    return { kind: 'missing', what: 'package', cause }
  }
  let library: Library
  try {
    library = await codec({ print: silent, printErr: silent, ...wasmBesideWorker() })
  } catch (cause) {
    // Nothing of the photo has been looked at.
    return { kind: 'missing', what: 'wasm', cause }
  }
  post({ kind: 'decoding' })
  try {
    const decoder = new library.J2KDecoder()
    decoder.getEncodedBuffer(file.length).set(file)
    decoder.decode()
    const { width, height, componentCount: components, bitsPerSample, isSigned } = decoder.getFrameInfo()
    const pixels = new Uint8Array(decoder.getDecodedBuffer())
    if (bitsPerSample !== 8 || isSigned || pixels.length !== width * height * components) return { kind: 'refused' }
    return { kind: 'pixels', width, height, components, pixels }
  } catch (cause) {
    // The codec throws addresses of C++ exceptions, which carry no information.
    return { kind: 'refused', ...(cause instanceof Error && { cause }) }
  }
}

/** The codec's own option, when the file is beside this one; else the codec looks for it in its package. */
function wasmBesideWorker(): { readonly wasmBinary?: Uint8Array } {
  const file = join(folder, wasmFile)
  return existsSync(file) ? { wasmBinary: readFileSync(file) } : {}
}

function post(result: PhotoAnswer): void {
  parentPort!.postMessage(result)
}

function silent(): void {}

// No `await` at the top level: this file can be bundled as CommonJS.
answer().then(post)
