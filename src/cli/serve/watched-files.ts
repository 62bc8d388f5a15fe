import { stat } from 'node:fs/promises'
import type { Condition, HealthSource } from '../../server/index.ts'
import { readBounded } from '../bounded-file.ts'
import { withFile } from '../cli-error.ts'

/** Longest file by default, bytes. */
const mebibyte = 1_048_576
/** How often files are looked at, milliseconds. */
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
 * Files that are read again when they change. One that cannot be read or holds a mistake leaves what was read before in
 * force, and is a condition of the part `settings` until it is mended.
 */
export class WatchedFiles implements HealthSource {
  readonly #files: Watched[] = []
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined

  /**
   * Reads a file now, and from then on whenever it changes.
   *
   * @param read - takes what it holds; what it throws counts as a mistake in the file.
   * @throws what `read` throws; CliError `ERR_FILE`.
   */
  async add(setting: string, path: string, read: Watched['read'], maxBytes: number = mebibyte): Promise<void> {
    const watched: Watched = { setting, path, maxBytes, read, stamp: '', problem: undefined }
    await this.#readAgain(watched)
    this.#files.push(watched)
    this.#timer ??= setInterval(() => void this.look(), every).unref()
  }

  /** Looks at all files now. Never rejects. */
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
        const detail = `${watched.setting} cannot be used (${String(code ?? name)}); what was read before stays in force`
        watched.problem = { part: 'settings', state: 'warning', reason: 'file-unusable', detail, since }
      }
    }
  }

  async #readAgain(watched: Watched): Promise<void> {
    const { path, maxBytes } = watched
    const [bytes, stamp] = await withFile('cannot-read', async () => {
      const before = await stampOf(path)
      const read = await readBounded(path, maxBytes)
      // Half a list is not taken for the whole one.
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
