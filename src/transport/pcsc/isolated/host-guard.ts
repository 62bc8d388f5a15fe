import { workerData } from 'node:worker_threads'

/**
 * Runs in a thread of the host and ends it when the application is gone. The pipe's end says so too, but only to a main
 * thread that is not stuck in the binding.
 */
const everyMs = 1000
/** Told, not asked for: the application may be gone before this thread begins. */
const parent = Number(workerData)

setInterval(look, everyMs)
look()

function look(): void {
  if (process.ppid !== parent || !isThere(parent)) process.kill(process.pid, 'SIGKILL')
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
