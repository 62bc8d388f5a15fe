// Runs a command where a pcscd of its own can be started: `node scripts/with-pcscd.mjs CMD ARGS…`
//
// pcscd listens on a fixed path below /run. The command therefore gets its own mount namespace with an empty /run, and
// its own network namespace so that the ports of the virtual reader (35963, 35964) are free; and a process namespace, so
// that nothing it started outlives it. pcscd itself is started by
// the tests (test/support/pcscd.ts).
//
// SIGINT, SIGTERM and SIGHUP go to the command; what is left after three seconds is killed.
//
// Exit codes: the command's own, 128 and the signal after one, or 3 when the namespace cannot be made (the caller reports the suite as skipped).
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'

// `quickack` keeps the two small writes of each exchange from waiting 40 ms for a delayed ACK. Both routes matter: the
// kernel takes the more specific one for 127.0.0.1.
const setup = `set -e
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/pcscd
ip link set lo up
for net in 127.0.0.0/8 127.0.0.1; do
  ip route change local "$net" dev lo proto kernel scope host src 127.0.0.1 table local quickack 1 || true
done
exec "$@"`

const namespaces = ['--mount', '--net', '--pid', '--mount-proc', '--fork', '--kill-child']
const unshareArguments = process.getuid?.() === 0 ? namespaces : ['--user', '--map-root-user', ...namespaces]

/** Time the command has to end by itself after a signal, milliseconds. */
const graceMs = 3_000

const [command, ...args] = process.argv.slice(2)
if (command === undefined) {
  process.stderr.write('usage: node scripts/with-pcscd.mjs CMD ARGS…\n')
  process.exit(2)
}

const problem = whyNot()
if (problem !== undefined) {
  process.stderr.write(`with-pcscd: ${problem}\n`)
  process.exit(3)
}

const child = spawn('unshare', [...unshareArguments, 'sh', '-c', setup, 'with-pcscd', command, ...args], {
  stdio: 'inherit',
})
let ending
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal))
child.on('exit', (code, signal) => {
  if (ending !== undefined) process.exit(128 + constants.signals[ending])
  process.exit(code ?? (signal === null ? 1 : 128))
})

/**
 * `unshare` does not pass signals on, and the first process of a namespace ignores those it has no handler for. So the command
 * is asked, and then its namespace is ended, which `--kill-child` does with everything in it.
 */
function end(signal) {
  if (ending !== undefined) return
  ending = signal
  for (const pid of childrenOf(child.pid)) kill(pid, signal)
  setTimeout(() => child.kill('SIGKILL'), graceMs)
}

function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already.
  }
}

/** The reason no private pcscd can run here, with the one command that changes that; `undefined` when it can. */
function whyNot() {
  if (process.platform !== 'linux') return 'needs Linux namespaces'
  const needed = { unshare: 'util-linux', ip: 'iproute2', pcscd: 'pcscd' }
  const packages = Object.entries(needed).flatMap(([program, name]) => (findProgram(program) ? [] : [name]))
  if (!existsSync('/etc/reader.conf.d/vpcd')) packages.push('vsmartcard-vpcd')
  if (packages.length > 0) return `not installed: run  apt-get install -y ${packages.join(' ')}`
  const trial = spawnSync('unshare', [...unshareArguments, 'sh', '-c', setup, 'with-pcscd', 'true'], {
    encoding: 'utf8',
  })
  if (trial.status === 0) return undefined
  return `cannot make the namespaces (${trial.stderr.trim().split('\n')[0]}): run as root, in a container with  --privileged`
}

function findProgram(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => folder !== '' && existsSync(join(folder, name)))
}
