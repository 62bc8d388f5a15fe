import { closeSync, readFileSync } from 'node:fs'
import { isatty } from 'node:tty'

const standardStreams = [0, 1, 2]

/**
 * Whether SIGHUP is to be ignored, as `nohup` and `trap '' HUP` ask. Node sets every inherited "ignore" back to the default
 * when it starts (`ResetSignalHandlers` in its `node.cc`), so it can only be inferred: a shell hands down what it ignores
 * itself, and `nohup` leaves no terminal on any standard stream. Where there is none, a terminal that is closed takes
 * nothing away.
 */
export function isHangupIgnored(): boolean {
  return !standardStreams.some(isatty) || isIgnoredBy(process.ppid)
}

/**
 * What to do last: at its end Node sets the terminals it began with back as they were, and aborts, with a core dump, when one
 * has been closed (`ResetStdio` in its `node.cc`). It leaves closed descriptors alone.
 */
export function letGoOfLostTerminals(): () => void {
  const terminals = standardStreams.filter(isatty)
  return () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd)
  }
}

/** Whether a process ignores SIGHUP, which is signal 1; known on Linux. */
function isIgnoredBy(pid: number): boolean {
  try {
    const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n
  } catch {
    return false
  }
}
