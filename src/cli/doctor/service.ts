import { type DoctorFinding, finding } from './finding.ts'
import { readText, type System } from './system.ts'

/** Where pcscd listens unless `PCSCLITE_CSOCK_NAME` says otherwise (pcsclite, `pcscd(8)`). */
const defaultSocket = '/run/pcscd/pcscd.comm'
const programs = ['/usr/sbin/pcscd', '/usr/local/sbin/pcscd', '/usr/bin/pcscd']

/** The socket of pcscd this process would use. */
export function socketOf({ env }: System): string {
  return env['PCSCLITE_CSOCK_NAME'] || defaultSocket
}

/** Checks that pcscd is installed and accepts connections, and its systemd units. */
export async function checkService(system: System): Promise<readonly DoctorFinding[]> {
  const socket = socketOf(system)
  const other = socket === defaultSocket ? [] : [finding('note', 'service-other-socket', { socket })]
  return [...other, await checkSocket(system, socket), ...(await checkUnits(system))]
}

async function checkSocket(system: System, socket: string): Promise<DoctorFinding> {
  const outcome = await system.connect(socket)
  const facts = { socket, error: outcome, start: await startCommand(system) }
  switch (outcome) {
    case 'ok':
      return finding('ok', 'service-answers', facts)
    case 'ENOENT':
      return finding('problem', (await isInstalled(system)) ? 'service-not-running' : 'service-not-installed', facts)
    case 'ECONNREFUSED':
      return finding('problem', 'service-dead-socket', facts)
    case 'EACCES':
    case 'EPERM':
      return finding('problem', 'service-no-access', facts)
    default:
      return finding('problem', 'service-unreachable', facts)
  }
}

/** Version of pcscd; `undefined` if not installed. */
export async function pcscdVersion(system: System): Promise<string | undefined> {
  for (const program of programs) {
    const answer = (await system.exists(program)) ? await system.run(program, ['--version']) : undefined
    const [, version] = /version\s+([\w.+-]*\w)/.exec(answer?.stdout ?? '') ?? []
    if (version !== undefined) return version
  }
  return undefined
}

async function isInstalled(system: System): Promise<boolean> {
  for (const program of programs) if (await system.exists(program)) return true
  return false
}

/** The command that starts the service: machines and containers without systemd have no units. */
async function startCommand(system: System): Promise<string> {
  const isSystemd = (await readText(system, '/proc/1/comm'))?.trim() === 'systemd'
  return isSystemd ? 'systemctl enable --now pcscd.socket' : 'pcscd'
}

/** Units of pcscd; none where systemd does not run. */
async function checkUnits(system: System): Promise<readonly DoctorFinding[]> {
  const shown = await system.run('systemctl', [
    'show',
    'pcscd.socket',
    'pcscd.service',
    '--property=Id,LoadState,ActiveState,UnitFileState',
  ])
  if (shown === undefined || shown.code !== 0) return []
  const units = shown.stdout
    .trim()
    .split(/\n\s*\n/)
    .map(propertiesOf)
  const [socket, service] = ['pcscd.socket', 'pcscd.service'].map((id) => units.find(({ Id }) => Id === id) ?? {})
  const found: DoctorFinding[] = []
  for (const [unit, state] of Object.entries({ 'pcscd.socket': socket!, 'pcscd.service': service! })) {
    if (state['LoadState'] === 'masked') found.push(finding('problem', 'unit-masked', { unit }))
    else if (state['ActiveState'] === 'failed') found.push(finding('warning', 'unit-failed', { unit }))
  }
  if (found.length > 0 || socket!['LoadState'] !== 'loaded') return found
  const starts = [socket, service].some((state) => state!['UnitFileState'] === 'enabled')
  return [starts ? finding('ok', 'unit-ok') : finding('warning', 'unit-disabled')]
}

function propertiesOf(block: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    block.split('\n').map((line) => {
      const at = line.indexOf('=')
      return [line.slice(0, at), line.slice(at + 1)]
    }),
  )
}
