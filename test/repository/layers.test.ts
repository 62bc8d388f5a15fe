import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { arrowsOf, importsBelow, pastAnIndex, roomOf } from '../../scripts/lib/imports.mjs'

const src = fileURLToPath(new URL('../../src/', import.meta.url))

/** What each room may import besides itself and the leaves. The only place that says so. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  apdu: [],
  tlv: [],
  transport: [],
  report: [],
  messages: [],
  validity: [],
  der: [],
  pki: ['der'],
  card: ['apdu', 'tlv', 'transport'],
  transcript: ['apdu', 'transport'],
  registry: ['card', 'apdu', 'tlv', 'pki'],
  jpki: ['card', 'apdu', 'pki'],
  juki: ['registry', 'card', 'apdu'],
  identify: ['registry', 'jpki', 'card', 'apdu', 'tlv', 'pki', 'der'],
  'card-face': ['registry', 'identify', 'card', 'apdu', 'tlv'],
  municipal: ['card', 'apdu', 'tlv'],
  // The virtual card shares no logic with the code it tests.
  emulator: ['transport'],
  token: ['pki'],
  documents: ['jpki', 'card', 'pki', 'der', 'report'],
  issuance: ['token'],
  server: ['issuance', 'token', 'pki', 'validity', 'messages'],
  credentials: ['identify', 'jpki', 'card-face', 'juki', 'municipal', 'token', 'validity', 'card', 'pki'],
  'bridge-client': [],
  bridge: ['bridge-client', 'kiosk', 'credentials', 'card-face', 'issuance', 'token', 'messages', 'card', 'transport'],
  kiosk: [
    'card-face',
    'validity',
    'credentials',
    'issuance',
    'token',
    'messages',
    'identify',
    'jpki',
    'card',
    'transport',
  ],
  'reader-test': [
    'report',
    'messages',
    'identify',
    'jpki',
    'card-face',
    'juki',
    'card',
    'pki',
    'validity',
    'transport',
  ],
  // It tests servers from outside, ours among them, and shares nothing with ours but what a token is.
  'server-test': ['report', 'token', 'emulator'],
  testing: ['transcript', 'reader-test', 'server-test'],
  cli: ['*'],
}

/** Files any room may import, and what they import. */
const leaves: Readonly<Record<string, readonly string[]>> = {
  'outcomes.ts': [],
  'errors.ts': ['outcomes.ts'],
  'bytes.ts': [],
  'days.ts': [],
  'event-queue.ts': [],
  'holder-fields.ts': ['days.ts'],
  'http-client.ts': ['bytes.ts', 'errors.ts', 'json.ts', 'outcomes.ts'],
  'json.ts': [],
  'recent-map.ts': [],
  'waiting.ts': [],
  'optional-package.ts': ['errors.ts'],
  'pins.ts': [],
  'user-verification.ts': [],
}

const imports = importsBelow(src)
const files = [...imports.keys()]
const arrows = arrowsOf(imports)

describe('imports', () => {
  test('go down only: each room imports what the table lets it', () => {
    expect([...new Set(files.map(roomOf))].filter(Boolean).sort()).toEqual(Object.keys(rooms).sort())
    const wrong = arrows.filter(([file, target]) => {
      const [from, to] = [roomOf(file), roomOf(target)]
      if (from === '') return file !== 'index.ts' && !leaves[file]?.includes(target)
      if (from === to || target in leaves) return false
      return to === '' || !(rooms[from]!.includes(to) || rooms[from]!.includes('*'))
    })
    expect(wrong).toEqual([])
  })

  test('go in no circle', () => {
    const circles: string[] = []
    const done = new Set<string>()
    const visit = (file: string, way: readonly string[]): void => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' > '))
      if (way.includes(file) || done.has(file)) return
      for (const { target, isOwn } of imports.get(file) ?? []) if (isOwn) visit(target, [...way, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(circles).toEqual([])
  })

  test('go through the index of a room, but for at most 20 internals', () => {
    const past = pastAnIndex(arrows)
    expect(past.length, past.join('\n')).toBeLessThanOrEqual(20)
  })

  test('below the command line, readers are known by their interface only', () => {
    const pcsc = arrows.filter(([file, target]) => target.startsWith('transport/pcsc') && roomOf(file) !== 'transport')
    expect(pcsc.map(([file]) => roomOf(file)).filter((room) => room !== 'cli')).toEqual([])
  })

  test('by a computed name are those of the PC/SC bindings, and of a module that an operator names', () => {
    const loads = /\bimport\((?!\s*['"])|createRequire|\brequire\(/
    const loaders = files.filter((file) => loads.test(readFileSync(join(src, file), 'utf8')))
    expect(loaders.toSorted()).toEqual(['cli/operator-module.ts', 'transport/pcsc/load-binding.ts'])
    const bindings = [...imports].filter(([, found]) => found.some(({ name }) => /^(pcsclite|pcsc-mini)/.test(name)))
    expect(bindings.map(([file]) => file)).toEqual([])
  })

  test('of the PKI toolkit are made in emulator and documents only', () => {
    const users = [...imports].filter(([, found]) => found.some(({ name }) => /^(pkijs|asn1js|@peculiar\/)/.test(name)))
    expect(users.map(([file]) => file).filter((file) => !/^(emulator|documents)\//.test(file))).toEqual([])
  })
  test('of the XML parser are made in documents/xml only', () => {
    const users = [...imports].filter(([, found]) => found.some(({ name }) => name === 'saxes'))
    expect(users.map(([file]) => file)).toEqual(['documents/xml/tree.ts'])
  })
})
