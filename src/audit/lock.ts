import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { AuditError } from '../errors.ts'

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>
}

/**
 * Takes a lock file, which holds the process id and when the process began. One left by a process that is gone is taken
 * over.
 *
 * The file appears with its content at once (`link`). Whoever wants to replace one that was left behind first takes a lock
 * named after that very content: only one can, so nobody ever replaces the lock of somebody who was faster. That second
 * lock may be left behind too, and is taken over in the same way.
 *
 * @throws AuditError `ERR_AUDIT` while another holds it.
 */
export async function takeLock(file: string): Promise<Lock> {
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
      // Released since.
      if (left === undefined) continue
      if (isHeld(left)) throw new AuditError('another process writes this audit log')
      const right = await takeLock(`${file}.${nameOf(left)}`)
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
  return {
    async release() {
      if ((await textOf(file)) === text) await unlink(file).catch(absent)
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

/** Whether the process a lock names is the one that took it, and runs. */
function isHeld(text: string): boolean {
  let pid: unknown
  let start: unknown
  try {
    ;({ pid, start } = JSON.parse(text) as Record<string, unknown>)
  } catch {
    // Emptied by a power cut: its process is gone.
    return false
  }
  if (!Number.isSafeInteger(pid) || (pid as number) < 1) return false
  if (start !== '') return startOf(pid as number) === start
  try {
    return process.kill(pid as number, 0)
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM'
  }
}

/** When a process began, among all of this machine's boots and containers. `undefined`: it is gone, or there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    // The second field, a name in parentheses, may hold anything; state follows it, and the start is the 20th after it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')} ${fields[19]}`
  } catch {
    return undefined
  }
}
