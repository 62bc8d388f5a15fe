import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Stops a process as a hanging one, until SIGCONT. Where the system shows it (Linux), returns when each of its threads has
 * stopped: a signal takes its time.
 */
export async function freeze(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined) return
  child.kill('SIGSTOP')
  while (process.platform === 'linux' && !isStopped(child.pid)) await sleep(1)
}

function isStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).every((task) => {
    try {
      // proc(5): the state follows the name, which is in parentheses and may hold any character.
      return /\) T [^)]*$/.test(readFileSync(`${tasks}/${task}/stat`, 'utf8'))
    } catch {
      return true // The thread has ended.
    }
  })
}
