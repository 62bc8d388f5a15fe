import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createVirtualCard, type VirtualCard } from '../../src/emulator/index.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { run, Slot } from '../support/slot.ts'
import { identity } from '../support/virtual.ts'

const module = ['x86_64-linux-gnu', 'aarch64-linux-gnu', 'arm-linux-gnueabihf', '.']
  .map((folder) => `/usr/lib/${folder}/opensc-pkcs11.so`)
  .find((file) => existsSync(file))!

const tokens = {
  auth: { id: '01', label: 'JPKI (User Authentication PIN)', pin: '1234' },
  sign: { id: '02', label: 'JPKI (Digital Signature PIN)', pin: 'ABC123' },
} as const

let pcscd: Pcscd
let folder: string
let card: VirtualCard
const slot = new Slot()

beforeAll(async () => {
  pcscd = await startPcscd()
  folder = mkdtempSync(join(tmpdir(), 'opensc-'))
})

afterAll(async () => {
  await slot.remove()
  await pcscd.stop()
  rmSync(folder, { recursive: true })
})

// A card taken out and put in again: OpenSC cannot read the counter of a PIN it left verified.
beforeEach(async () => {
  card = await createVirtualCard({ identity: await identity() })
  await slot.insert(card)
})

const pkcs11 = (...args: string[]) => run('pkcs11-tool', ['--module', module, ...args])

describe('OpenSC, a program that knows nothing of this package', () => {
  test('takes the virtual card for a JPKI card', async () => {
    const { stdout } = await run('opensc-tool', ['--name'])
    expect(stdout.trim()).toBe('jpki')
  })

  test('lists the four certificates and sees the counters', async () => {
    card = await createVirtualCard({ identity: await identity(), triesLeft: { auth: 2, sign: 4 } })
    await slot.insert(card)
    const { stdout } = await run('pkcs15-tool', ['--list-certificates', '--list-pins'])
    expect(stdout.match(/X\.509 Certificate \[[^\]]+\]/g)).toEqual([
      'X.509 Certificate [User Authentication Certificate]',
      'X.509 Certificate [Digital Signature Certificate]',
      'X.509 Certificate [User Authentication Certificate CA]',
      'X.509 Certificate [Digital Signature Certificate CA]',
    ])
    expect(stdout.match(/Tries left\s*: \d/g)!.map((line) => line.at(-1))).toEqual(['2', '4'])
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
      await slot.insert(card)
      const reading = ['--read-object', '--type', 'cert', '--id', id, '--output-file', file('der')]
      expect(await pkcs11(...login, ...reading)).toMatchObject({ code: 0 })
      expect(new Uint8Array(readFileSync(file('der')))).toEqual((await identity())[key].certificate)
      await run('openssl', ['x509', '-inform', 'DER', '-in', file('der'), '-pubkey', '-noout', '-out', file('pem')])
      const check = ['-sha256', '-verify', file('pem'), '-signature', file('signature'), file('data')]
      expect((await run('openssl', ['dgst', ...check])).stdout.trim()).toBe('Verified OK')
    })
  }

  test('spends a try with a wrong PIN, as on a real card', async () => {
    const { code } = await pkcs11('--token-label', tokens.auth.label, '--login', '--pin', '0000', '--list-objects')
    expect(code).not.toBe(0)
    expect(card.triesLeft('auth')).toBe(2)
  })
})
