import { spawn, spawnSync } from 'node:child_process'
import { createHmac, hkdfSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { paramSchemas, sentSchemas } from '../../src/bridge/schemas.ts'
import {
  bridgeMethods,
  bridgePath,
  bridgeProtocols,
  longestFrame,
  pinEntries,
  proofText,
  sessionKeyInfo,
} from '../../src/bridge-client/index.ts'
import { codesOf } from '../../src/outcomes.ts'
import { commandLine } from '../support/slot.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const text = (path: string): string => readFileSync(join(root, path), 'utf8')
const document = text('docs/bridge.md')

/** First cells of the table below a heading. */
const rows = (heading: string): string[] => {
  const [, part = ''] = new RegExp(`^#+ ${heading}$([\\s\\S]*?)^#`, 'm').exec(`${document}\n#`) ?? []
  return [...part.matchAll(/^\| ([^|]*) \|/gm)].slice(2).map(([, cell]) => cell!)
}
const names = (cells: readonly string[]): string[] =>
  cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))

test('the list of methods is that of their schemas', () => {
  expect(bridgeMethods.toSorted()).toEqual(Object.keys(paramSchemas(z)).toSorted())
})

describe('docs/bridge.md', () => {
  test('its proofs are those of the protocol', () => {
    const [, lines] = /```text\n([\s\S]*?)\n```/.exec(document)!
    const [side, protocol, origin, bridgeNonce, clientNonce] = lines!.split('\n') as [
      string,
      string,
      string,
      string,
      string,
    ]
    expect([side, protocol, origin]).toEqual(['client', bridgeProtocols[0], 'program'])
    const parts = { protocol, origin, bridgeNonce, clientNonce }
    expect(proofText('client', parts)).toBe(lines)
    const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i))
    const proof = (of: 'client' | 'bridge') =>
      createHmac('sha256', key).update(proofText(of, parts)).digest('base64url')
    const session = Buffer.from(hkdfSync('sha256', key, new Uint8Array(), sessionKeyInfo(parts), 32))
    const values = [...document.matchAll(/^\| (?:secret|proof|session key).* \| `([\w-]{43})` \|$/gm)].map(
      ([, value]) => value,
    )
    expect(values).toEqual([key.toString('base64url'), proof('client'), proof('bridge'), session.toString('base64url')])
  })

  test('it has every setting, method, event, way to enter a PIN and number of an error', () => {
    const source = ts.createSourceFile('settings.ts', text('src/cli/bridge/settings.ts'), ts.ScriptTarget.ES2022, true)
    const settings = source.statements.find((one) => ts.isInterfaceDeclaration(one))!
    const keys = (settings as ts.InterfaceDeclaration).members.map((member) => (member.name as ts.Identifier).text)
    expect(names(rows('Settings')).toSorted()).toEqual(keys.toSorted())
    expect(names(rows('Methods'))).toEqual(Object.keys(paramSchemas(z)))
    expect(names(rows('Events')).toSorted()).toEqual(Object.keys(sentSchemas(z).events).toSorted())
    expect(names(rows('Entry of the PIN'))).toEqual([...pinEntries])
    const numbers = new Set(
      text('src/bridge/connection.ts')
        .match(/-32_?\d{3}(?=[),\n])/g)!
        .map((one) => one.replace('_', '')),
    )
    // -32 000 is what a code without a number would have: there is none.
    numbers.delete('-32000')
    expect(rows('Errors').toSorted()).toEqual([...numbers].toSorted())
    for (const code of codesOf('BridgeError')) expect(names(rows('Troubleshooting'))).toContain(code)
    expect(document).toContain(`ws://127.0.0.1:PORT${bridgePath}`)
  })

  test('its limits are those of the source', () => {
    const sources = ['bridge', 'connection', 'pairing'].map((name) => text(`src/bridge/${name}.ts`)).join('\n')
    const constant = (name: string): number =>
      Number(new RegExp(`const ${name} = ([\\d_]+)`).exec(sources)![1]!.replaceAll('_', ''))
    const spaced = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ' ')
    for (const [what, limit] of [
      ['text frame to the bridge', `${spaced(longestFrame)} bytes`],
      ['open calls of a connection', String(constant('mostCalls'))],
      ['connections', String(constant('mostConnections'))],
      ['sessions', String(constant('mostSessions'))],
      ['time to pair', `${constant('pairingMs') / 1000} seconds, ${constant('mostRefusals')} refusals`],
      ['bytes a client has not read', spaced(constant('mostWaiting'))],
      ['answer to a ping', `every ${constant('pingMs') / 1000} seconds`],
    ]) {
      expect(document).toContain(`| ${what} | ${limit} |`)
    }
  })

  test('its quick start has the settings of the example, and its program runs with them', async () => {
    const [, json] = /```json\n([\s\S]*?)```/.exec(document)!
    expect(json).toBe(text('examples/bridge/bridge.json'))
    const folder = mkdtempSync(join(tmpdir(), 'jpki-card-bridge-'))
    writeFileSync(join(folder, 'bridge.json'), JSON.stringify({ ...JSON.parse(json!), port: 0 }))
    const args = [commandLine, 'bridge', join(folder, 'bridge.json'), '--virtual', '--json']
    const bridge = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    const [line] = await once(bridge.stdout, 'data')
    const { url } = JSON.parse(String(line))
    const [, code] = /```js\n([\s\S]*?)```/.exec(document)!
    // Inside the package its own name resolves to dist/ through package.json.
    mkdirSync(join(root, '.cache/bridge'), { recursive: true })
    const program = join(root, '.cache/bridge/program.mjs')
    writeFileSync(program, code!.replace('ws://127.0.0.1:35970', url))
    const { stdout, stderr } = spawnSync(process.execPath, [program], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
    })
    expect({ stderr, last: stdout.trim().split('\n').at(-1) }).toEqual({ stderr: '', last: 'attributes' })
    bridge.kill('SIGINT')
    await once(bridge, 'exit')
    rmSync(folder, { recursive: true })
  })
})
