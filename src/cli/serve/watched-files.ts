import { stat } from 'node:fs/promises'
import type { Condition, HealthSource } from '../../server/index.ts'
import { readBounded } from '../bounded-file.ts'
import { withFile } from '../cli-error.ts'

/** Longest file by default, bytes. */
const mebibyte = 1_048_576
/** Polling interval of the files, milliseconds. */
const every = 2_000

interface Watched {
  /** The setting that names the file, for its condition. */
  readonly setting: string
  readonly path: string
  readonly maxBytes: number
  read(bytes: Uint8Array): void | Promise<void>
  stamp: string
  problem: Condition | undefined
}

/**
 * Files that are reloaded when they change. An unreadable or invalid file leaves the former content in force, and is a
 * condition of the part `settings` until it is corrected.
 */
export class WatchedFiles implements HealthSource {
  readonly #files: Watched[] = []
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined

  /**
   * Reads a file now, and again whenever it changes.
   *
   * @param read - gets the content; its errors count as errors of the file.
   * @throws rethrows errors of `read`; CliError `ERR_FILE`.
   */
  async add(setting: string, path: string, read: Watched['read'], maxBytes: number = mebibyte): Promise<void> {
    const watched: Watched = { setting, path, maxBytes, read, stamp: '', problem: undefined }
    await this.#readAgain(watched)
    this.#files.push(watched)
    this.#timer ??= setInterval(() => void this.look(), every).unref()
  }

  /** Checks all files now. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  conditions(): readonly Condition[] {
    return this.#files.flatMap(({ problem }) => (problem === undefined ? [] : [problem]))
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    for (const watched of this.#files) {
      try {
        if (watched.problem === undefined && (await stampOf(watched.path)) === watched.stamp) continue
        await this.#readAgain(watched)
        watched.problem = undefined
      } catch (error) {
        const { code, name } = error as { code?: unknown; name?: unknown }
        const since = watched.problem?.since ?? new Date()
        const detail = `${watched.setting} is unusable (${String(code ?? name)}); the former content stays in force`
        watched.problem = { part: 'settings', state: 'warning', reason: 'file-unusable', detail, since }
      }
    }
  }

  async #readAgain(watched: Watched): Promise<void> {
    const { path, maxBytes } = watched
    const [bytes, stamp] = await withFile('cannot-read', async () => {
      const before = await stampOf(path)
      const read = await readBounded(path, maxBytes)
      // A partially written list must not be used.
      if ((await stampOf(path)) !== before)
        throw Object.assign(new Error('changed while it was read'), { code: 'EAGAIN' })
      return [read, before] as const
    })
    await watched.read(bytes)
    watched.stamp = stamp
  }
}

async function stampOf(path: string): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true })
  return [size, mtimeNs, ctimeNs, ino].join(':')
}
