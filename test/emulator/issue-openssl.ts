import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, test } from 'vitest'
import { requireAll } from '../support/require-all.ts'

const present = spawnSync('openssl', ['version']).status === 0

/** A test that OpenSSL decides: reported as absent without it, except in the gate, where it fails. */
export const opensslTest = test.runIf(present || requireAll)

/** A folder for the test file that asks for it, and `openssl` in it. */
export function opensslFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'issue-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  return {
    write: (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes),
    writeCertificate: (name: string, der: Uint8Array): void =>
      writeFileSync(join(folder, name), new X509Certificate(der).toString()),
    /** What it printed on both outputs; a status other than 0 adds a last line. */
    openssl(...args: readonly string[]): string {
      const { stdout, stderr, status, error } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' })
      if (error) throw error
      return status === 0 ? stdout + stderr : `${stdout}${stderr}status ${status}\n`
    },
  }
}
