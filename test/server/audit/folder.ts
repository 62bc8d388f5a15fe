import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'

const folders: string[] = []

/** A path in a fresh folder, which is removed after the test. */
export function freshFile(name = 'audit.jsonl'): string {
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-audit-'))
  folders.push(folder)
  return join(folder, name)
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
