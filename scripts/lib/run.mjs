import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The top of the checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a command in the foreground, its output shown. Returns its exit code. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) console.error(`${command}: ${error.message}`)
  return status ?? 1
}

/** Runs a command that must succeed. */
export function must(command, args, options) {
  const code = run(command, args, options)
  if (code !== 0) {
    console.error(`\n${command} ${args.join(' ')} ended with ${code}`)
    process.exit(1)
  }
}

/** Whether a program is on the path. */
export function has(program) {
  return spawnSync('sh', ['-c', `command -v "${program}"`], { stdio: 'ignore' }).status === 0
}

export const say = (text) => console.log(`\n▸ ${text}`)
