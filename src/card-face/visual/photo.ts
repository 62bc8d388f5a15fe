import { Worker, type WorkerOptions } from 'node:worker_threads'
import { copyBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import { missingFile, missingPackages } from '../../optional-package.ts'
import { type CardImage, encodePng, maxSide, readJp2 } from './images.ts'
import type { PhotoAnswer, PhotoTask } from './photo-worker.ts'

/** Options of {@link photoToPng}. */
export interface PhotoOptions {
  /** Longest time for one photo, milliseconds; default 5000. A photo of a card takes some ten, the thread a hundred. */
  readonly timeoutMs?: number | undefined
  /** Where `card-face/visual/photo-worker.js` of this package is, for applications that were bundled: `docs/bundling.md`. */
  readonly worker?: URL | string | undefined
}

/** A photo in a common format. */
export interface PngPhoto {
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** PNG, 8 bits a sample, grey; colour only where the file is. */
  readonly png: Uint8Array
}

/** Most memory of the decoder, bytes: 64 MiB, several times what the largest image allowed takes. */
const maxMemory = 64 * 1024 * 1024
/** Most tiles: an image of a card has one, and each costs memory whatever its size. */
const maxTiles = 64
const codec = '@cornerstonejs/codec-openjpeg'
/** The file with the code of the decoder, which a bundled worker looks for beside itself. */
const wasmFile = 'openjpegwasm_decode.wasm'

/**
 * Decodes the photo of a card face (JPEG 2000, 8 bits, grey or colour) to PNG. The decoder is OpenJPEG in WebAssembly, from the
 * optional package `@cornerstonejs/codec-openjpeg`; it runs in a worker thread of its own within limits of time and memory, as
 * the file comes from a card and is not trusted.
 *
 * @param photo - the photo of a card face, or a JP2 file.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` when the package is not installed, or the file of the worker is missing.
 * @throws DecodeError `ERR_CARD_DATA` when the file is not an image of 1 to 2048 pixels a side of that kind, or cannot be
 *   decoded within the limits.
 */
export async function photoToPng(
  photo: Pick<CardImage, 'bytes'> | Uint8Array,
  options: PhotoOptions = {},
): Promise<PngPhoto> {
  const { timeoutMs = 5000, worker } = options
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 60_000) {
    throw new RangeError('timeoutMs must be 1 to 60000')
  }
  const file = copyBytes(photo instanceof Uint8Array ? photo : photo.bytes)
  const { width, height, components, depth, tiles, sizeAt } = readJp2(file)
  if (
    width > maxSide ||
    height > maxSide ||
    tiles > maxTiles ||
    depth !== 8 ||
    (components !== 1 && components !== 3)
  ) {
    throw new DecodeError('ERR_CARD_DATA', 'a photo of an unsupported size or depth', sizeAt)
  }
  const answer = await decode({ file, maxMemory }, timeoutMs, worker)
  if (answer === 'timeout') throw new DecodeError('ERR_CARD_DATA', `not decoded within ${timeoutMs} ms`, sizeAt)
  if (answer.kind === 'missing') throw withoutCodec(answer)
  const same = answer.kind === 'pixels' && answer.width === width && answer.height === height
  if (!same || answer.components !== components) {
    const cause = answer.kind === 'refused' ? answer.cause : undefined
    throw new DecodeError('ERR_CARD_DATA', 'the decoder refuses the photo', sizeAt, { cause })
  }
  return { width, height, png: encodePng({ width, height, components, samples: answer.pixels }) }
}

/** One worker for one file, ended whatever happens. @throws DependencyError without the file of the worker. */
async function decode(
  task: PhotoTask,
  timeoutMs: number,
  program: URL | string | undefined,
): Promise<PhotoAnswer | 'timeout'> {
  const worker = startWorker(program, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    stdout: true,
    stderr: true,
    env: {},
    // Those of the application may not suit a thread, or load into it what it does not need.
    execArgv: [],
  })
  const limit = AbortSignal.timeout(timeoutMs)
  try {
    return await new Promise((resolve, reject) => {
      let isDecoding = false
      const end = (cause?: unknown): void => {
        // Before it looked at the photo it was the program that failed, or its file is missing; then out of memory, or a trap.
        if (isDecoding) resolve({ kind: 'refused', cause })
        else reject(withoutWorker(cause))
      }
      limit.addEventListener('abort', () => resolve('timeout'), { once: true })
      worker.on('message', (answer: PhotoAnswer) => {
        if (answer.kind === 'decoding') isDecoding = true
        else resolve(answer)
      })
      worker.once('error', end)
      worker.once('exit', () => end())
    })
  } finally {
    // Not waited for: V8 finishes compiling the codec first, which takes longer than the photo.
    void worker.terminate()
  }
}

/** The pair of `Worker` and `URL` is what bundlers look for. */
function startWorker(program: URL | string | undefined, options: WorkerOptions): Worker {
  if (program !== undefined) return new Worker(program, options)
  try {
    return new Worker(new URL('./photo-worker.js', import.meta.url), options)
  } catch (cause) {
    // A bundle of CommonJS has no address of its own to begin from.
    throw withoutWorker(cause)
  }
}

function withoutWorker(cause: unknown): Error {
  return missingFile('photo-worker.js', 'name its place with options.worker', cause)
}

function withoutCodec({ what, cause }: PhotoAnswer & { readonly kind: 'missing' }): Error {
  if (what === 'package') return missingPackages([codec], cause)
  return missingFile(wasmFile, 'it belongs beside the bundled photo-worker.js', cause)
}
