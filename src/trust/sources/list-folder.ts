import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RevocationList } from '../../revocation/index.ts'
import { readLists } from './list-file.ts'
import { readStable } from './stable-file.ts'
import { reasonOf } from './unavailable.ts'

/** What is kept of one file. */
interface Kept {
  /** `undefined`: look at it again next time. */
  readonly stamp: string | undefined
  /** The last good ones. */
  readonly lists: readonly RevocationList[]
  readonly problem: string | undefined
}

/** Not hidden ones: macOS puts `._name.crl` beside each file it copies. */
const endings = /^[^.].*\.(crl|der|pem)$/is
/** Lists in one file; the JPKI has one for each of some 1,900 municipalities. */
const mostLists = 4096

/** The lists of a folder, read again when they change. */
export class ListFolder {
  readonly #folder: string
  readonly #refreshMs: number
  readonly #maxBytes: number
  #kept: ReadonlyMap<string, Kept> = new Map()
  #problem: string | undefined
  #readAt: number | undefined
  #reading: Promise<void> | undefined

  constructor(folder: string, refreshMs: number, maxBytes: number) {
    this.#folder = folder
    this.#refreshMs = refreshMs
    this.#maxBytes = maxBytes
  }

  /** Concurrent calls share one reading. */
  async current(): Promise<{ readonly lists: readonly RevocationList[]; readonly problems: readonly string[] }> {
    if (this.#readAt === undefined || performance.now() - this.#readAt >= this.#refreshMs) {
      this.#reading ??= this.#read().finally(() => {
        this.#readAt = performance.now()
        this.#reading = undefined
      })
    }
    await this.#reading
    const files = [...this.#kept]
    const ofFiles = files.flatMap(([name, { problem }]) =>
      problem === undefined ? [] : [`${name.replaceAll(/\p{C}/gu, '?')}: ${problem}`],
    )
    return {
      lists: files.flatMap(([, { lists }]) => lists),
      problems: this.#problem === undefined ? ofFiles : [this.#problem],
    }
  }

  async #read(): Promise<void> {
    const next = new Map<string, Kept>()
    this.#problem = undefined
    try {
      const names = await readdir(this.#folder)
      for (const name of names.filter((one) => endings.test(one)).sort()) {
        next.set(name, await this.#readFile(name, this.#kept.get(name)))
      }
    } catch (error) {
      this.#problem = `the folder of lists cannot be read: ${reasonOf(error)}`
    }
    this.#kept = next
  }

  async #readFile(name: string, before: Kept | undefined): Promise<Kept> {
    let stamp: string | undefined
    try {
      const file = await readStable(join(this.#folder, name), this.#maxBytes, before?.stamp)
      if (file === undefined) return before!
      stamp = file.stamp
      return { stamp, lists: await readLists(file.bytes, mostLists), problem: undefined }
    } catch (error) {
      return { stamp, lists: before?.lists ?? [], problem: reasonOf(error) }
    }
  }
}
