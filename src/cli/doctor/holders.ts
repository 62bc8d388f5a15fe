import { type DoctorFinding, finding } from './finding.ts'
import { socketOf } from './service.ts'
import { readText, type System } from './system.ts'

/** A program connected to pcscd. */
interface Holder {
  readonly name: string
  readonly pid: string
}

/** Programs of GnuPG that hold a card exclusively while they run. */
const gnupg = new Set(['scdaemon', 'gpg-agent'])

/**
 * Programs connected to pcscd, as far as visible to this user. pcscd does not report which one holds a card; any
 * connected one may. Called before this program connects itself.
 */
export async function checkHolders(system: System): Promise<readonly DoctorFinding[]> {
  const socket = socketOf(system)
  const connections = await connectionsTo(system, socket)
  const named = (await bySocket(system, socket)) ?? (await byLibrary(system))
  const holders = named.filter(({ name, pid }) => name !== 'pcscd' && pid !== String(system.pid))
  const found = holders.map((holder) =>
    gnupg.has(holder.name)
      ? finding('warning', 'holder-scdaemon', { ...holder })
      : finding('note', 'holder', { ...holder }),
  )
  if (found.length > 0) return found
  if (connections !== undefined && connections > 0) {
    return [finding('note', 'holders-unnamed', { count: String(connections) })]
  }
  return connections === undefined ? [] : [finding('ok', 'holders-none')]
}

/**
 * Connections to the socket: the server ends carry the name of the socket. State 03 is connected (Linux, `proc(5)`).
 */
async function connectionsTo(system: System, socket: string): Promise<number | undefined> {
  const lines = (await readText(system, '/proc/net/unix'))?.split('\n')
  return lines?.filter((line) => {
    const fields = line.trim().split(/\s+/)
    return fields[7] === socket && fields[5] === '03'
  }).length
}

/** By the peers of those ends, from `ss`; `undefined` without `ss` or when it lists none. */
async function bySocket(system: System, socket: string): Promise<readonly Holder[] | undefined> {
  const shown = await system.run('ss', ['-xpH'])
  if (shown === undefined || shown.code !== 0) return undefined
  const rows = shown.stdout.split('\n').map((line) => line.trim().split(/\s+/))
  // Netid, State, Recv-Q, Send-Q, local address, local inode, peer address, peer inode, users.
  const peers = new Set(rows.filter((row) => row[4] === socket).map((row) => row[7]))
  const users = rows
    .filter((row) => peers.has(row[5]) && row[5] !== '0')
    .flatMap((row) => usersOf(row.slice(8).join(' ')))
  return users.length === 0 ? undefined : unique(users)
}

function usersOf(text: string): readonly Holder[] {
  return [...text.matchAll(/\("([^"]{1,64})",pid=(\d+)/g)].map(([, name, pid]) => ({ name: name!, pid: pid! }))
}

/** By their loaded library: root sees all processes, other users their own. */
async function byLibrary(system: System): Promise<readonly Holder[]> {
  const found: Holder[] = []
  for (const pid of (await system.readdir('/proc')) ?? []) {
    if (!/^\d+$/.test(pid)) continue
    if (!(await readText(system, `/proc/${pid}/maps`))?.includes('/libpcsclite.so')) continue
    found.push({ name: (await readText(system, `/proc/${pid}/comm`))?.trim() ?? '?', pid })
  }
  return unique(found)
}

function unique(holders: readonly Holder[]): readonly Holder[] {
  return [...new Map(holders.map((holder) => [holder.pid, holder])).values()]
}
