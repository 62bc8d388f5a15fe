import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { has, must, root, run, say } from './run.mjs'

/** Debian packages of the PC/SC suite, and a file or program that shows each is there. */
const systemPackages = [
  ['pcscd', () => has('pcscd')],
  ['libpcsclite-dev', () => existsSync('/usr/include/PCSC/winscard.h')],
  ['vsmartcard-vpcd', () => existsSync('/usr/lib/pcsc/drivers/serial/libifdvpcd.so')],
  ['opensc', () => has('pkcs11-tool')],
  ['opensc-pkcs11', () => pkcs11Module() !== undefined],
  ['openssl', () => has('openssl')],
  ['xmlsec1', () => has('xmlsec1')],
  ['libxml2-utils', () => has('xmllint')],
  ['poppler-utils', () => has('pdfsig')],
  ['qpdf', () => has('qpdf')],
  ['iproute2', () => has('ip')],
  ['redis-server', () => has('redis-server')],
  ['haproxy', () => has('haproxy')],
  ['nginx', () => has('nginx')],
  ['chromium', () => has('chromium')],
  ['python3', () => has('python3')],
  ['zsh', () => has('zsh')],
  ['fish', () => has('fish')],
]

/** OpenSC's PKCS#11 module, or undefined. */
function pkcs11Module() {
  return ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib/arm-linux-gnueabihf', '/usr/lib']
    .map((folder) => join(folder, 'opensc-pkcs11.so'))
    .find((file) => existsSync(file))
}

/**
 * Installs the Debian packages of the PC/SC suite where it may. Returns undefined when all are there, else why not.
 */
export function ensureSystemPackages() {
  const missing = () => systemPackages.filter(([, there]) => !there()).map(([name]) => name)
  const wanted = missing()
  if (wanted.length === 0) return undefined
  const command = `apt-get install -y --no-install-recommends ${wanted.join(' ')}`
  if (process.platform !== 'linux') return `the PC/SC suite needs Linux; on ${process.platform} it is left out`
  if (!has('apt-get') || process.getuid?.() !== 0) return `missing packages; install them with: sudo ${command}`
  say(`installing ${wanted.join(', ')}`)
  // RUNLEVEL: that of single-user mode, in which Debian starts no service it installs.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env }
  run('apt-get', ['update', '-qq'], quiet)
  run('sh', ['-c', command], quiet)
  const still = missing()
  return still.length === 0 ? undefined : `could not install ${still.join(', ')}`
}

/**
 * `npm ci` refuses a lock file without the optional packages of other platforms, and a registry may lack some of them;
 * this installs the locked versions all the same and leaves the lock file as it is.
 */
const install = ['install', '--no-save', '--no-fund', '--no-audit']

/** Installs the npm packages of the lock file unless they are there already. */
export function ensureNpmPackages() {
  const marker = join(root, 'node_modules/.package-lock.json')
  const lock = join(root, 'package-lock.json')
  if (!existsSync(marker) || statSync(marker).mtimeMs < statSync(lock).mtimeMs) {
    say('installing npm packages')
    must('npm', install)
  }
  const built = join(root, 'node_modules/pcsclite/build/Release/pcsclite.node')
  if (process.platform === 'linux' && existsSync('/usr/include/PCSC/winscard.h') && !existsSync(built)) {
    say('building pcsclite')
    if (!existsSync(join(root, 'node_modules/pcsclite'))) run('npm', install)
    run('npm', ['rebuild', 'pcsclite'])
  }
}

/** Compiles to dist/. */
export function build() {
  say('building')
  must(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'])
}

/** Compiles to dist/ what has changed. */
export function ensureBuilt() {
  const built = join(root, 'dist/cli/bin.js')
  const since = existsSync(built) ? statSync(built).mtimeMs : 0
  const sources = readdirSync(join(root, 'src'), { recursive: true }).map((name) => join(root, 'src', name))
  if (sources.some((file) => statSync(file).mtimeMs > since)) build()
}
