import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { link, open, readFile, rename, unlink, utimes, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AuditError } from '../../errors.ts'

/** A lock that is held. */
export interface Lock {
  /** Whether the lock file is still the one this process made. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

/** Interval at which a holder touches its lock file. */
const beatMs = 2_000
/** How long a lock file of another machine or container must be untouched before it counts as stale. */
export const defaultLeaseMs = 15_000

/**
 * Takes a lock file, which holds the process id and the start time of the process. A stale lock is taken over: at once
 * when its process ended on this machine and container; otherwise, as that process cannot be looked up, after its file
 * has not been touched for `leaseMs`. A holder touches its file every two seconds.
 *
 * The file is created with its content atomically (`link`). To replace a stale one, a second lock named after the
 * content of the stale one is taken first: only one process can have it, so none replaces the lock of another that was
 * faster. A stale second lock is taken over in the same way.
 *
 * @throws AuditError `ERR_AUDIT` while another process holds it.
 */
export async function takeLock(file: string, leaseMs: number = defaultLeaseMs): Promise<Lock> {
  const text = JSON.stringify({
    pid: process.pid,
    start: startOf(process.pid) ?? '',
    id: randomBytes(8).toString('hex'),
  })
  const own = `${file}.${nameOf(text)}.new`
  await writeFile(own, text, { flag: 'wx', mode: 0o600 })
  try {
    while (!(await linked(own, file))) {
      const left = await textOf(file)
      // Released in the meantime.
      if (left === undefined) continue
      if (await isInUse(file, left, leaseMs)) throw new AuditError('another process writes this audit log')
      const right = await takeLock(`${file}.${nameOf(left)}`, leaseMs)
      try {
        if ((await textOf(file)) !== left) continue
        await rename(own, file)
        break
      } finally {
        await right.release()
      }
    }
  } finally {
    await unlink(own).catch(absent)
  }
  // Compared by content: the inode number of a removed file is soon reused.
  const isHeld = async (): Promise<boolean> => (await textOf(file)) === text
  const beat = setInterval(() => {
    isHeld()
      .then((held) => (held ? utimes(file, new Date(), new Date()) : undefined))
      .catch(() => {})
  }, beatMs).unref()
  return {
    isHeld,
    async release() {
      clearInterval(beat)
      if (await isHeld()) await unlink(file).catch(absent)
    },
  }
}

const nameOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return false
    throw error
  }
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(absent)
}

function absent(error: { code?: unknown }): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** Whether the process named by a lock is still the one that took it, and runs. */
async function isInUse(file: string, text: string, leaseMs: number): Promise<boolean> {
  let pid: unknown
  let start: unknown
  try {
    ;({ pid, start } = JSON.parse(text) as Record<string, unknown>)
  } catch {
    // Empty after a power failure: its process is gone.
    return false
  }
  if (!Number.isSafeInteger(pid) || (pid as number) < 1) return false
  if (typeof start === 'string' && start !== '') {
    // Not written by a holder.
    if (start.split(' ').length !== 3) return false
    const now = startOf(pid as number)
    if (now === start) return true
    // Another boot or container: its process ids are not those seen here.
    return placeOf(start) !== placeOf(startOf(process.pid) ?? '') && (await isTouched(file, leaseMs))
  }
  try {
    return process.kill(pid as number, 0)
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM'
  }
}

/** Boot and process namespace. */
const placeOf = (start: string): string => start.slice(0, start.lastIndexOf(' '))

/** Whether a file is touched, replaced or removed within a time. */
async function isTouched(file: string, leaseMs: number): Promise<boolean> {
  const first = await timeOf(file)
  for (let waited = 0; waited < leaseMs; waited += 250) {
    await sleep(Math.min(250, leaseMs - waited))
    if ((await timeOf(file)) !== first) return true
  }
  return false
}

/** Opened first: that alone refreshes the attribute cache of a network file system. */
async function timeOf(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r').catch(absent)
  if (handle === undefined) return undefined
  try {
    const { ino, mtimeMs } = await handle.stat()
    return `${ino} ${mtimeMs}`
  } finally {
    await handle.close()
  }
}

/**
 * When a process began, among all of this machine's boots and containers. `undefined`: it ended, or there is no /proc.
 */
function startOf(pid: number): string | undefined {
  try {
    // The second field, a name in parentheses, may contain anything; state follows it, and the start is the 20th after
    // it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')} ${fields[19]}`
  } catch {
    return undefined
  }
}
