import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { replaces } from '../../revocation/crl/delta.ts'
import { ListIndex, scopeOf } from '../../revocation/crl/list-index.ts'
import type { RevocationList } from '../../revocation/index.ts'
import { endOf } from './limits.ts'
import { readLists } from './list-file.ts'
import type { ListSigners } from './list-signers.ts'
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

/** What the folder has given so far. */
export interface HeldLists {
  readonly lists: ListIndex
  readonly problems: readonly string[]
}

/** How a folder is looked at. */
export interface ListFolderOptions {
  readonly folder: string
  readonly refreshMs: number
  readonly maxBytes: number
  /** Whose lists may take the place of earlier ones. */
  readonly signers: ListSigners
}

const none: readonly RevocationList[] = []
/** Not hidden ones: macOS puts `._name.crl` beside each file it copies. */
const endings = /^[^.].*\.(crl|der|pem)$/is
/** Lists in one file, and lists kept whose file is gone; the JPKI has one for each of some 1,900 municipalities. */
const mostLists = 4096
/** Lists of one scope kept whose file is gone, where no key at hand proves that one takes the place of another. */
const mostOfScope = 8
/** What could not be read is tried again after so long, if that is sooner than `refreshMs`. */
const retryMs = 5000
/** A look that has got no further for so long is not waited for. */
const stalledMs = 10_000
/** The same where current lists are held and each question looks at the folder. */
const briefMs = 1000
/** Lists handled between two chances for others to run. */
const slice = 64

/**
 * The lists of a folder. What is held stays in use while the folder is looked at again; a list whose file is gone,
 * unreadable or replaced by an older one stays until one that takes its place is there, or until its `nextUpdate`.
 */
export class ListFolder {
  readonly #options: ListFolderOptions
  #files: ReadonlyMap<string, Kept> = new Map()
  /** Lists that no file holds any more. */
  #gone: readonly RevocationList[] = []
  #held: HeldLists | undefined
  #dueAt = Number.NEGATIVE_INFINITY
  #look: Promise<void> | undefined
  /** Counts what looks have done; where the last wait gave up is kept, so that one stuck look is waited for once. */
  #progress = 0
  #stalledAt = -1

  constructor(options: ListFolderOptions) {
    this.#options = options
  }

  /** What is held, at once; `undefined` before the first look has ended. A look is started when it is time for one. */
  held(at: Date): HeldLists | undefined {
    if (this.#look === undefined && performance.now() >= this.#dueAt) this.#start(at)
    return this.#held
  }

  /** Whether the folder is being looked at, and the end of that may be waited for. */
  get looking(): boolean {
    return this.#look !== undefined && this.#stalledAt !== this.#progress
  }

  /** What is held after the look under way, or when that gets no further. */
  async afterLook(): Promise<HeldLists> {
    const patience = this.#held !== undefined && this.#options.refreshMs === 0 ? briefMs : stalledMs
    while (this.looking) {
      const before = this.#progress
      await endOf(this.#look!, patience)
      if (this.#look !== undefined && this.#progress === before) this.#stalledAt = before
    }
    if (this.#held !== undefined) return this.#held
    return { lists: new ListIndex([]), problems: [unreadable('no answer of the file system')] }
  }

  #start(at: Date): void {
    this.#progress++
    this.#look = this.#read(at)
      .catch((error: unknown) => {
        this.#held = { lists: this.#held?.lists ?? new ListIndex([]), problems: [unreadable(reasonOrFault(error))] }
        this.#dueAt = performance.now() + Math.min(this.#options.refreshMs, retryMs)
      })
      .finally(() => {
        this.#look = undefined
      })
  }

  async #read(at: Date): Promise<void> {
    let problem: string | undefined
    let files = this.#files
    try {
      files = await this.#readFiles()
    } catch (error) {
      problem = unreadable(reasonOrFault(error))
    }
    const gone = await this.#stillNeeded(files, at)
    const all = [...files.values()]
    if (this.#held === undefined || gone.length !== this.#gone.length || !sameFiles(files, this.#files)) {
      const present = all.flatMap(({ lists }) => lists)
      this.#held = { lists: await ListIndex.load([...present, ...gone]), problems: [] }
    }
    const ofFiles = [...files].flatMap(([name, kept]) =>
      kept.problem === undefined ? [] : [`${name.replaceAll(/\p{C}/gu, '?')}: ${kept.problem}`],
    )
    this.#held = { lists: this.#held.lists, problems: problem === undefined ? ofFiles : [problem] }
    this.#files = files
    this.#gone = gone
    const again = problem !== undefined || all.some(({ stamp }) => stamp === undefined)
    const { refreshMs } = this.#options
    this.#dueAt = performance.now() + (again ? Math.min(refreshMs, retryMs) : refreshMs)
  }

  async #readFiles(): Promise<ReadonlyMap<string, Kept>> {
    const files = new Map<string, Kept>()
    const names = await readdir(this.#options.folder)
    for (const name of names.filter((one) => endings.test(one)).sort()) {
      files.set(name, await this.#readFile(name, this.#files.get(name)))
      this.#progress++
    }
    return files
  }

  async #readFile(name: string, before: Kept | undefined): Promise<Kept> {
    let stamp: string | undefined
    try {
      const { folder, maxBytes } = this.#options
      const file = await readStable(join(folder, name), maxBytes, before?.stamp, () => this.#progress++)
      if (file === undefined) return before!
      stamp = file.stamp
      return { stamp, lists: await readLists(file.bytes, mostLists), problem: undefined }
    } catch (error) {
      return { stamp, lists: before?.lists ?? none, problem: reasonOf(error) }
    }
  }

  /** Of the lists held that no file holds any more, those nothing has taken the place of. */
  async #stillNeeded(files: ReadonlyMap<string, Kept>, at: Date): Promise<readonly RevocationList[]> {
    if (this.#gone.length === 0 && sameFiles(files, this.#files)) return this.#gone
    const present = new Map([...files.values()].flatMap(({ lists }) => lists.map((list) => [list.sha256, list])))
    const before = [...this.#gone, ...[...this.#files.values()].flatMap(({ lists }) => lists)]
    const missing = [...new Map(before.map((list) => [list.sha256, list])).values()].filter(
      ({ sha256, nextUpdate }) => !present.has(sha256) && nextUpdate !== undefined && nextUpdate >= at,
    )
    if (missing.length === 0) return []
    const scopes = grouped([...present.values(), ...missing], scopeOf)
    const needed: RevocationList[] = []
    for (const [i, list] of missing.entries()) {
      if (!(await this.#isReplaced(list, scopes.get(scopeOf(list))!, at))) needed.push(list)
      if (i % slice === slice - 1) await setImmediate()
    }
    const newest = [...grouped(new ListIndex(needed).lists, scopeOf).values()]
    return newest.flatMap((lists) => lists.slice(0, mostOfScope)).slice(0, mostLists)
  }

  /** A list proves nothing by its date: only one signed with the same key takes its place. */
  async #isReplaced(list: RevocationList, others: readonly RevocationList[], at: Date): Promise<boolean> {
    const newer = others.filter((other) => replaces(other, list, at))
    if (newer.length === 0) return false
    const { signers } = this.#options
    const key = await signers.keyOf(list)
    if (key === undefined) return false
    for (const other of newer) if ((await signers.keyOf(other)) === key) return true
    return false
  }
}

function grouped(lists: readonly RevocationList[], key: (list: RevocationList) => string) {
  const groups = new Map<string, RevocationList[]>()
  for (const list of lists) {
    const group = groups.get(key(list))
    if (group === undefined) groups.set(key(list), [list])
    else group.push(list)
  }
  return groups
}

const unreadable = (reason: string): string => `the folder of lists cannot be read: ${reason}`

/** A look in the background has no caller to throw a fault of the program to. */
function reasonOrFault(error: unknown): string {
  try {
    return reasonOf(error)
  } catch {
    return error instanceof Error ? error.message : 'unexpected error'
  }
}

function sameFiles(a: ReadonlyMap<string, Kept>, b: ReadonlyMap<string, Kept>): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [name, { lists }] of a) if (b.get(name)?.lists !== lists) return false
  return true
}
