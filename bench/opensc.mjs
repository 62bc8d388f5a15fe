// What OpenSC exchanges with the same virtual card for the same work: certificate, PIN, signature. For comparison only.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openField } from './lib/field.mjs'
import { row } from './lib/measure.mjs'

const module = ['x86_64-linux-gnu', 'aarch64-linux-gnu', 'arm-linux-gnueabihf', '.']
  .map((folder) => `/usr/lib/${folder}/opensc-pkcs11.so`)
  .find((file) => existsSync(file))

function pkcs11(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn('pkcs11-tool', ['--module', module, ...args], { stdio: 'ignore' })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`pkcs11-tool ended with ${code}`))))
  })
}

const jobs = {
  auth: ['--token-label', 'JPKI (User Authentication PIN)', '--login', '--pin', '1234', '--id', '01'],
  sign: ['--token-label', 'JPKI (Digital Signature PIN)', '--login', '--pin', 'ABC123', '--id', '02'],
}

export async function rows({ identity }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const file = (name) => join(folder, name)
  const field = await openField({ identity })
  const list = []
  try {
    writeFileSync(file('data'), 'x')
    for (const [name, login] of Object.entries(jobs)) {
      const before = await field.exchanges()
      const files = ['--input-file', file('data'), '--output-file', file('signature')]
      await pkcs11(...login, '--sign', '--mechanism', 'SHA256-RSA-PKCS', ...files)
      list.push(row(`opensc.${name}`, (await field.exchanges()) - before, 'exchanges'))
      await field.reinsert()
    }
  } finally {
    await field.close()
    rmSync(folder, { recursive: true })
  }
  return list
}
