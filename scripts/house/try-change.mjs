import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../lib/run.mjs'

/**
 * Makes a change of `changes.mjs` on a scratch copy of the tracked files, then runs its generators, the type check and its tests.
 *
 * @returns how many files were edited by hand, and why it failed, if it did.
 */
export function tryChange({ edits, generate = [], tests = [] }) {
  if (edits.length === 0) return { files: undefined, failure: 'not written yet' }
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-change-'))
  const run = (command, args) =>
    spawnSync(command, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, CI: '' } })
  try {
    copyTracked(folder)
    const touched = new Set()
    for (const edit of edits) {
      const problem = apply(folder, edit)
      if (problem !== undefined) return { files: undefined, failure: `${edit.file}: ${problem}` }
      touched.add(edit.file)
    }
    const steps = [
      ...generate.map((script) => ['npm', ['run', '--silent', script]]),
      [process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit']],
      ...(tests.length > 0
        ? [[process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', ...tests]]]
        : []),
    ]
    for (const [command, args] of steps) {
      const { status, stdout, stderr } = run(command, args)
      if (status !== 0) {
        const last = `${stdout}${stderr}`.trim().split('\n').slice(-5).join('\n')
        return { files: touched.size, failure: `${args.join(' ')} ended with ${status}\n${last}` }
      }
    }
    return { files: touched.size, failure: undefined }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Files that Git knows or would take, as they are now; packages and the build are shared. */
function copyTracked(folder) {
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const file of stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  if (existsSync(join(root, 'dist'))) cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
}

/** Makes one edit. Returns what is wrong with it, or undefined. */
function apply(folder, { file, create, after, insert, replace, by }) {
  const path = join(folder, file)
  if (create !== undefined) {
    if (existsSync(path)) return 'is there already'
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, create)
    return undefined
  }
  if (!existsSync(path)) return 'is missing'
  const text = readFileSync(path, 'utf8')
  const place = after ?? replace
  if (text.split(place).length !== 2) return `does not have exactly once: ${place.split('\n')[0]}`
  const at = text.indexOf(place)
  const head = after === undefined ? text.slice(0, at) : text.slice(0, at + place.length)
  writeFileSync(path, head + (after === undefined ? by : insert) + text.slice(at + place.length))
  return undefined
}
