import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { replaces } from '../../revocation/crl/delta.ts'
import { ListIndex, scopeOf } from '../../revocation/crl/list-index.ts'
import type { RevocationList } from '../../revocation/index.ts'
import { endOf, reasonOf } from './limits.ts'
import { readLists, readStable } from './list-file.ts'
import type { ListSigners } from './list-verifier.ts'

/** Cached state of one file. */
interface Kept {
  /** `undefined`: to be read again next time. */
  readonly stamp: string | undefined
  /** The last valid lists. */
  readonly lists: readonly RevocationList[]
  readonly problem: string | undefined
}

/** Lists loaded so far. */
export interface HeldLists {
  readonly lists: ListIndex
  readonly problems: readonly string[]
}

/** Options of {@link ListFolder}. */
export interface ListFolderOptions {
  readonly folder: string
  readonly refreshMs: number
  readonly maxBytes: number
  /** Signers whose lists may replace earlier ones. */
  readonly signers: ListSigners
}

const none: readonly RevocationList[] = []
/** Not hidden ones: macOS puts `._name.crl` beside each file it copies. */
const endings = /^[^.].*\.(crl|der|pem)$/is
/** Lists per file, and lists kept of removed files, at most; the JPKI has one for each of some 1,900 municipalities. */
const mostLists = 4096
/** Lists of one scope kept of removed files, at most, if no available key verifies that one replaces another. */
const mostOfScope = 8
/** Retry interval of unreadable files, if shorter than `refreshMs`. */
const retryMs = 5000
/** Time without progress after which a scan is not waited for. */
const stalledMs = 10_000
/** The same with current lists loaded and a scan per query. */
const briefMs = 1000
/** Lists processed before yielding to the event loop. */
const slice = 64

/**
 * The lists of a folder. Loaded lists stay in use while the folder is scanned again; a list whose file is removed,
 * unreadable or replaced by an older one stays until a list that replaces it is loaded, or until its `nextUpdate`.
 */
export class ListFolder {
  readonly #options: ListFolderOptions
  #files: ReadonlyMap<string, Kept> = new Map()
  /** Lists whose file is gone. */
  #gone: readonly RevocationList[] = []
  #held: HeldLists | undefined
  #dueAt = Number.NEGATIVE_INFINITY
  #look: Promise<void> | undefined
  /** Progress counter of scans; the value at the last timeout is kept, so that a stuck scan is waited for once only. */
  #progress = 0
  #stalledAt = -1

  constructor(options: ListFolderOptions) {
    this.#options = options
  }

  /** The loaded lists, immediately; `undefined` before the first scan has ended. Starts a scan when due. */
  held(at: Date): HeldLists | undefined {
    if (this.#look === undefined && performance.now() >= this.#dueAt) this.#start(at)
    return this.#held
  }

  /** Whether a scan is running whose end may be awaited. */
  get looking(): boolean {
    return this.#look !== undefined && this.#stalledAt !== this.#progress
  }

  /** The loaded lists after the running scan, or when that makes no progress. */
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

  /** The lists without a file that no other list has replaced. */
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

  /** The date alone proves nothing: only a list signed with the same key replaces another. */
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

/** A background scan has no caller to report a programming error to. */
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
