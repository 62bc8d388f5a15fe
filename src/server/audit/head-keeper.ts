import { readFile, rename, writeFile } from 'node:fs/promises'
import type { AuditEnd } from './line.ts'

/**
 * Keeps the end of a log (line count and hash) apart from it, so that truncation or removal of the file is detected
 * when the log is opened again. Only effective where someone who can change the log cannot change the kept end.
 */
export interface HeadKeeper {
  /** The end kept last; `undefined`: none. Rejects when it cannot be read. */
  read(): Promise<AuditEnd | undefined>
  keep(end: AuditEnd): Promise<void>
}

/** Keeps the end of a log in a file of its own: on another disk, or on an append-only share. */
export function headFile(file: string): HeadKeeper {
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch((error: { code?: unknown }) => {
        if (error.code !== 'ENOENT') throw error
      })
      return text === undefined ? undefined : parse(text)
    },
    async keep(end) {
      const next = `${file}.new`
      await writeFile(next, `${JSON.stringify(end)}\n`, { mode: 0o600 })
      await rename(next, file)
    },
  }
}

/** A key-value store for texts, such as the stores of `jpki-card/server`. */
export interface TextStore {
  read(key: string): Promise<string | undefined>
  write(key: string, value: string): Promise<void>
}

/** Keeps the end of a log in a store. @param name - unique per log in the store. */
export function headInStore(store: TextStore, name: string): HeadKeeper {
  const key = `audit-head:${name}`
  return {
    async read() {
      const text = await store.read(key)
      return text === undefined ? undefined : parse(text)
    },
    keep: (end) => store.write(key, JSON.stringify(end)),
  }
}

function parse(text: string): AuditEnd {
  const value: unknown = JSON.parse(text)
  const { log, count, hash } = (value ?? {}) as Record<string, unknown>
  if (
    !Number.isSafeInteger(count) ||
    (count as number) < 1 ||
    typeof hash !== 'string' ||
    !/^[0-9a-f]{64}$/.test(hash)
  ) {
    throw new TypeError('the kept value is not the end of an audit log')
  }
  return { log: typeof log === 'string' ? log : undefined, count: count as number, hash }
}
