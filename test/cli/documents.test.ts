import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { issueRevocationList } from '../../src/emulator/index.ts'
import { createTsa, type Tsa } from '../documents/cms/openssl-authority.ts'
import { base, tableFile } from '../documents/pdf/files.ts'
import { identity } from '../support/virtual.ts'
import { run } from './harness.ts'

let folder: string
let tsa: Tsa
let server: Server
let address: string
const path = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'documents-'))
  tsa = createTsa()
  const { sign: signer, signCa } = await identity()
  await writeFile(path('ca.der'), signCa.certificate)
  await writeFile(path('tsa-ca.der'), tsa.anchor.der)
  await writeFile(path('doc.txt'), 'an application')
  const now = Date.now()
  const days = { thisUpdate: new Date(now - 86_400_000), nextUpdate: new Date(now + 86_400_000) }
  await writeFile(path('good.crl'), await issueRevocationList(signCa, days))
  const { Certificate } = await import('../../src/pki/index.ts')
  const { serialNumber } = Certificate.fromDer(signer.certificate)
  const revoked = [{ serialNumber, at: new Date(now - 3_600_000) }]
  await writeFile(path('revoked.crl'), await issueRevocationList(signCa, { ...days, revoked }))
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      response.setHeader('content-type', 'application/timestamp-reply')
      response.end(tsa.reply(Buffer.concat(parts)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  server.close()
  tsa.close()
  await rm(folder, { recursive: true })
})

const sign = (out: string, ...more: readonly string[]) =>
  run(
    ['sign', path('doc.txt'), '--key', 'sign', '--as', 'cms', '--out', path(out), '--virtual', '--pin-stdin', ...more],
    { stdin: 'ABC123\n' },
  )
const verify = (file: string, ...more: readonly string[]) =>
  run(['verify-document', path(file), '--anchors', path('ca.der'), '--json', ...more])

describe('sign --as cms', () => {
  it('makes an attached signature, and says before the password what goes into it', async () => {
    const { code, json, err } = await sign('a.p7m', '--json')
    expect(code).toBe(0)
    expect(json).toMatchObject({
      ok: true,
      as: 'cms',
      profile: 'CAdES-B-B',
      detached: false,
      notice: { attributes: ['name', 'address', 'birthDate', 'sex'] },
    })
    expect(err.match(/name, address, birth date and sex/g)).toHaveLength(1)
    const report = await verify('a.p7m', '--crl', path('good.crl'), '--use', 'sign', '--require-revocation')
    expect(report.code).toBe(0)
    expect(report.json).toMatchObject({
      ok: true,
      verdict: 'passed',
      signatures: [{ indication: 'TOTAL-PASSED', coverage: { bytes: 14 } }],
    })
  })

  it('asks after the notice, and takes what is typed', async () => {
    const line = [
      'sign',
      path('doc.txt'),
      '--key',
      'sign',
      '--as',
      'cms',
      '--out',
      path('t.p7m'),
      '--virtual',
      '--lang',
      'ja',
    ]
    const { code, err } = await run(line, { keys: ['ABC123\r'] })
    expect(code).toBe(0)
    expect(err.indexOf('氏名・住所・生年月日・性別')).toBeGreaterThanOrEqual(0)
    expect(err.indexOf('氏名・住所・生年月日・性別')).toBeLessThan(err.indexOf('残り'))
  })

  it('makes a detached signature with a timestamp', async () => {
    const { code, json } = await sign('d.p7s', '--detached', '--timestamp', address, '--json')
    expect(code).toBe(0)
    expect(json).toMatchObject({ profile: 'CAdES-B-T', detached: true })
    const trust = ['--signature', path('d.p7s'), '--timestamp-anchors', path('tsa-ca.der')]
    const report = await verify('doc.txt', ...trust)
    expect(report.json).toMatchObject({
      verdict: 'gaps',
      signatures: [{ indication: 'TOTAL-PASSED', verifiedAt: { by: 'timestamp' } }],
    })
    expect(report.json.signatures[0].notChecked).toEqual(['timestamp-revocation', 'jpki-profile', 'revocation'])
    const altered = await verify('ca.der', ...trust)
    expect(altered.code).toBe(1)
    expect(altered.json).toMatchObject({
      ok: false,
      error: { code: 'ERR_SIGNED_DOCUMENT' },
      signatures: [{ subIndication: 'HASH_FAILURE' }],
    })
  })

  it('with the user-authentication key has no notice', async () => {
    const line = [
      'sign',
      path('doc.txt'),
      '--key',
      'auth',
      '--as',
      'cms',
      '--out',
      path('u.p7m'),
      '--virtual',
      '--pin-stdin',
      '--json',
    ]
    const { code, json, err } = await run(line, { stdin: '1234\n' })
    expect([code, json.notice, err]).toEqual([0, undefined, ''])
  })

  it.each([
    [['--detached'], 'only with a form'],
    [['--timestamp', 'http://tsa.example'], 'only with a form'],
  ])('refuses %j without --as', async (more) => {
    const { code, json } = await run(
      ['sign', path('doc.txt'), '--key', 'sign', '--virtual', '--pin-stdin', '--json', ...more],
      { stdin: 'ABC123\n' },
    )
    expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
  })

  it('needs a file to write to, and reads the document before a card is used', async () => {
    const line = ['sign', path('doc.txt'), '--key', 'sign', '--as', 'cms', '--virtual', '--pin-stdin', '--json']
    expect((await run(line, { stdin: 'ABC123\n' })).code).toBe(2)
    const { code, json } = await run(['sign', path('nowhere'), ...line.slice(2), '--out', path('x')], {
      stdin: 'ABC123\n',
    })
    expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
  })

  it('reports a timestamp authority that does not answer, after the signature was made', async () => {
    const { code, json } = await sign('x.p7s', '--timestamp', 'http://127.0.0.1:1/', '--json')
    expect([code, json.error.code]).toEqual([1, 'ERR_TIMESTAMP'])
  })
})

describe('the other forms', () => {
  const xml = '<?xml version="1.0" encoding="UTF-8"?>\n<application><name>仮名</name></application>'

  it('pdf: signed inside, with a timestamp', async () => {
    await writeFile(path('doc.pdf'), tableFile(base))
    const line = [
      'sign',
      path('doc.pdf'),
      '--key',
      'sign',
      '--as',
      'pdf',
      '--virtual',
      '--pin-stdin',
      '--json',
      '--out',
      path('s.pdf'),
    ]
    const { code, json } = await run([...line, '--timestamp', address], { stdin: 'ABC123\n' })
    expect([code, json.profile]).toEqual([0, 'PAdES-B-T'])
    const report = await verify('s.pdf', '--use', 'sign', '--timestamp-anchors', path('tsa-ca.der'))
    expect([report.code, report.json.format, report.json.signatures[0].indication]).toEqual([0, 'pdf', 'TOTAL-PASSED'])
    expect((await run([...line, '--detached'], { stdin: 'ABC123\n' })).code).toBe(2)
  })

  it('xml: inside of the document, and beside it', async () => {
    await writeFile(path('doc.xml'), xml)
    const line = [
      'sign',
      path('doc.xml'),
      '--key',
      'sign',
      '--as',
      'xml',
      '--virtual',
      '--pin-stdin',
      '--json',
      '--out',
    ]
    expect((await run([...line, path('s.xml')], { stdin: 'ABC123\n' })).json.profile).toBe('XAdES-BES')
    const inside = await verify('s.xml', '--use', 'sign')
    expect([inside.code, inside.json.format, inside.json.signatures[0].indication]).toEqual([0, 'xml', 'TOTAL-PASSED'])
    await run([...line, path('d.xml'), '--detached'], { stdin: 'ABC123\n' })
    expect((await verify('doc.xml', '--signature', path('d.xml'))).code).toBe(0)
    await writeFile(path('doc.xml'), xml.replace('仮名', '別名'))
    expect((await verify('doc.xml', '--signature', path('d.xml'))).code).toBe(1)
    expect((await run([...line, path('x'), '--timestamp', address], { stdin: 'ABC123\n' })).code).toBe(2)
  })
})

describe('verify-document', () => {
  it('in words, and as page for a clerk', async () => {
    await sign('a.p7m', '--json')
    const line = [
      'verify-document',
      path('a.p7m'),
      '--anchors',
      path('ca.der'),
      '--html',
      path('r.html'),
      '--lang',
      'ja',
    ]
    const { code, out } = await run(line)
    expect(code).toBe(0)
    expect(out).toContain('署名は有効ですが、検査していないことがあります')
    expect(out).toContain('検査していないこと')
    const html = await readFile(path('r.html'), 'utf8')
    expect(html).toContain('a.p7m')
    expect(html).not.toContain(folder)
  })

  it('refuses a revoked signer, and an unknown issuer', async () => {
    await sign('a.p7m', '--json')
    const revoked = await verify('a.p7m', '--crl', path('revoked.crl'))
    expect([revoked.code, revoked.json.signatures[0].subIndication]).toEqual([1, 'REVOKED'])
    const unknown = await run(['verify-document', path('a.p7m'), '--json'])
    expect([unknown.code, unknown.json.signatures[0].subIndication]).toEqual([1, 'NO_CERTIFICATE_CHAIN_FOUND'])
    const unchecked = await verify('a.p7m', '--require-revocation')
    expect([unchecked.code, unchecked.json.signatures[0].subIndication]).toEqual([1, 'TRY_LATER'])
  })

  it('takes PEM, and says of what is no signed document that it is none', async () => {
    await sign('a.p7m', '--json')
    const base64 = (await readFile(path('a.p7m'))).toString('base64')
    await writeFile(path('a.pem'), `-----BEGIN CMS-----\n${base64.replaceAll(/.{64}/g, '$&\n')}\n-----END CMS-----\n`)
    expect((await verify('a.pem')).code).toBe(0)
    const other = await verify('doc.txt')
    expect([other.code, other.json.error.code]).toEqual([1, 'ERR_FILE'])
    expect((await verify('nowhere')).json.error.code).toBe('ERR_FILE')
  })

  it('shows progress of a large file, and nothing for a small one', async () => {
    await writeFile(path('large'), '')
    await truncate(path('large'), 700 * 1_048_576)
    const { showProgress } = await import('../../src/cli/documents/progress.ts')
    const { en } = await import('../../src/cli/messages/en.ts')
    const shown = async (isTTY: boolean, times: readonly number[]): Promise<string> => {
      const written: string[] = []
      const io = { stderr: { isTTY, write: (text: string) => written.push(text) } } as never
      const now = vi.spyOn(performance, 'now').mockReturnValue(0)
      const progress = await showProgress(io, en, path('large'))
      for (const time of times) {
        now.mockReturnValue(time)
        progress.at(time * 1_048_576)
      }
      progress.end()
      now.mockRestore()
      return written.join('')
    }
    expect(await shown(true, [100, 499])).toBe('')
    expect(await shown(true, [510, 600, 700])).toBe('\rread: 510 MiB of 700 MiB\n')
    expect(await shown(false, [600, 10_001])).toBe('read: 10001 MiB of 700 MiB\n')
  })
})
