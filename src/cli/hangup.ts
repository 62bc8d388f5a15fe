import { closeSync, readFileSync } from 'node:fs'
import { isatty } from 'node:tty'

const standardStreams = [0, 1, 2]

/**
 * Whether SIGHUP is to be ignored, as requested by `nohup` and `trap '' HUP`. Node resets every inherited "ignore" to
 * the default when it starts (`ResetSignalHandlers` in its `node.cc`), so it can only be inferred: a shell passes on
 * the signals it ignores itself, and `nohup` leaves no terminal on any standard stream. Without a terminal, SIGHUP of a
 * closed terminal is irrelevant.
 */
export function isHangupIgnored(): boolean {
  return !standardStreams.some(isatty) || isIgnoredBy(process.ppid)
}

/**
 * Exit handler that closes lost terminals: at exit Node restores the modes of the initial terminals, and aborts with a
 * core dump when one has been closed (`ResetStdio` in its `node.cc`). It skips closed descriptors.
 */
export function closeLostTerminals(): () => void {
  const terminals = standardStreams.filter(isatty)
  return () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd)
  }
}

/** Whether a process ignores SIGHUP (signal 1); Linux only. */
function isIgnoredBy(pid: number): boolean {
  try {
    const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n
  } catch {
    return false
  }
}
