import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireAll } from './require-all.ts'

/** One call of `openssl`: files it reads, by name, and its arguments. */
export interface OpensslCall {
  readonly files: Readonly<Record<string, Uint8Array | string>>
  readonly args: readonly string[]
}

/** How a call ended. */
export interface OpensslResult {
  readonly code: number
  /** Standard output and error. */
  readonly text: string
}

/** Whether there is an `openssl` of version 3. @throws Error where the gate runs and there is none. */
export function opensslPresent(): boolean {
  const { status, stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' })
  const present = status === 0 && /^OpenSSL 3\./.test(stdout)
  if (!present && requireAll) throw new Error('these tests need the openssl command, version 3')
  return present
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Runs all calls, one after another, from one shell; each in a folder of its own with its files. */
export function runOpenssl(calls: readonly OpensslCall[]): readonly OpensslResult[] {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-'))
  try {
    const script = calls.map(({ files, args }, i) => {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, `${i}-${name}`), content)
      const command = args.map((arg) => quoted(arg in files ? `${i}-${arg}` : arg)).join(' ')
      return `openssl ${command} 2>&1 </dev/null; echo "=== ${i} $?"`
    })
    const env = { ...process.env, LC_ALL: 'C' }
    const { stdout } = spawnSync('sh', ['-s'], { cwd: folder, env, input: script.join('\n'), encoding: 'utf8' })
    const results = [...stdout.matchAll(/([\s\S]*?)=== (\d+) (\d+)\n/g)]
    if (results.length !== calls.length) throw new Error(`openssl ended ${results.length} of ${calls.length} calls`)
    return results.map(([, text, , code]) => ({ text: text!, code: Number(code) }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function pem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der).toString('base64')
  return `-----BEGIN ${label}-----\n${base64.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`
}
