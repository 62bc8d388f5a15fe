import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { commandLine, run, Slot } from '../support/slot.ts'

const module = ['x86_64-linux-gnu', 'aarch64-linux-gnu', 'arm-linux-gnueabihf', '.']
  .map((folder) => `/usr/lib/${folder}/opensc-pkcs11.so`)
  .find((file) => existsSync(file))!

const tokens = {
  auth: { id: '01', label: 'JPKI (User Authentication PIN)', pin: '1234' },
  sign: { id: '02', label: 'JPKI (Digital Signature PIN)', pin: 'ABC123' },
} as const

let pcscd: Pcscd
let folder: string
const slot = new Slot()

beforeAll(async () => {
  pcscd = await startPcscd()
  folder = mkdtempSync(join(tmpdir(), 'opensc-'))
  // OpenSC leaves a PIN verified on the card it lets go of, and cannot read a verified PIN's counter afterwards.
  writeFileSync(join(folder, 'opensc.conf'), 'app default { reader_driver pcsc { disconnect_action = unpower; } }\n')
})

afterAll(async () => {
  await slot.remove()
  await pcscd.stop()
  rmSync(folder, { recursive: true })
})

beforeEach(() => slot.emulate())

const opensc = (command: string, ...args: string[]) =>
  run(command, args, { env: { OPENSC_CONF: join(folder, 'opensc.conf') } })
const pkcs11 = (...args: string[]) => opensc('pkcs11-tool', '--module', module, ...args)
const counters = async () => {
  const { stdout } = await opensc('pkcs15-tool', '--list-pins')
  return stdout.match(/Tries left\s*: \d/g)!.map((line) => Number(line.at(-1)))
}

describe('OpenSC, a program that knows nothing of this package, with `jpki-card emulate` in the reader', () => {
  test('takes the virtual card for a JPKI card', async () => {
    expect((await opensc('opensc-tool', '--name')).stdout.trim()).toBe('jpki')
  })

  test('lists the four certificates', async () => {
    const { stdout } = await opensc('pkcs15-tool', '--list-certificates')
    expect(stdout.match(/X\.509 Certificate \[[^\]]+\]/g)).toEqual([
      'X.509 Certificate [User Authentication Certificate]',
      'X.509 Certificate [Digital Signature Certificate]',
      'X.509 Certificate [User Authentication Certificate CA]',
      'X.509 Certificate [Digital Signature Certificate CA]',
    ])
  })

  test('sees the counters, and a wrong PIN spend a try', async () => {
    expect(await counters()).toEqual([3, 5])
    const { code } = await pkcs11('--token-label', tokens.auth.label, '--login', '--pin', '0000', '--list-objects')
    expect(code).not.toBe(0)
    expect(await counters()).toEqual([2, 5])
  })

  for (const key of ['auth', 'sign'] as const) {
    test(`reads the ${key} certificate, logs in and signs; openssl verifies the signature`, async () => {
      const { id, label, pin } = tokens[key]
      const file = (name: string) => join(folder, `${key}-${name}`)
      const login = ['--token-label', label, '--login', '--pin', pin]
      writeFileSync(file('data'), '住民票の写し')
      const signing = ['--sign', '--mechanism', 'SHA256-RSA-PKCS', '--id', id]
      const files = ['--input-file', file('data'), '--output-file', file('signature')]
      expect(await pkcs11(...login, ...signing, ...files)).toMatchObject({ code: 0 })
      const reading = ['--read-object', '--type', 'cert', '--id', id, '--output-file', file('der')]
      expect(await pkcs11(...login, ...reading)).toMatchObject({ code: 0 })
      const ours = [commandLine, 'certificate', key, '--pin-stdin', '--out', file('ours')]
      expect(await run(process.execPath, ours, { input: `${pin}\n` })).toMatchObject({ code: 0 })
      expect(readFileSync(file('der'))).toEqual(readFileSync(file('ours')))
      await run('openssl', ['x509', '-inform', 'DER', '-in', file('der'), '-pubkey', '-noout', '-out', file('pem')])
      const check = ['-sha256', '-verify', file('pem'), '-signature', file('signature'), file('data')]
      expect((await run('openssl', ['dgst', ...check])).stdout.trim()).toBe('Verified OK')
    })
  }
})
