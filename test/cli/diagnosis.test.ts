import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Diagnosis } from '../../src/cli/serve/diagnosis.ts'
import type { ServeSettings } from '../../src/cli/serve/settings.ts'
import { crlFolderSource, crlHttpSource } from '../../src/pki/index.ts'
import { bytes, serve } from '../pki/trust/sources/server.ts'
import { ca, forged, listOf, options } from '../pki/trust/sources/world.ts'

// Lists of `world.ts` are current from 1 to 11 January 2020.
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jpki-card-diagnosis-'))
  writeFileSync(join(folder, 'key'), '', { mode: 0o600 })
  setDay('2020-01-02')
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

const setDay = (day: string): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(`${day}T12:00:00Z`) })
}

/** What a server with these sources of revocation says of them. */
async function conditionsOf(
  revocation: ServeSettings['revocation'],
  isSettled: (reasons: readonly string[]) => boolean = () => true,
): Promise<readonly { readonly state: string; readonly reason?: string; readonly detail?: string }[]> {
  const settings = {
    listen: { host: '127.0.0.1' },
    terminals: { by: 'network' },
    store: { kind: 'memory' },
    revocation,
  }
  const diagnosis = new Diagnosis({ pseudonymKey: 'key', ...settings } as unknown as ServeSettings, folder)
  const { lists, listUrl } = revocation
  try {
    await diagnosis.update({
      service: { anchors: [ca] },
      listen: {},
      lists: lists === undefined ? undefined : crlFolderSource({ ...options, folder: lists }),
      listSource: listUrl === undefined ? undefined : crlHttpSource({ ...options, url: listUrl, timeoutMs: 1000 }),
    })
    const found = () => diagnosis.conditions().filter(({ part }) => part === 'revocation')
    await vi.waitFor(() => expect(isSettled(found().map(({ reason }) => reason ?? ''))).toBe(true))
    return found().map(({ state, reason, detail }) => ({ state, reason: reason!, detail: detail! }))
  } finally {
    diagnosis.close()
  }
}

describe('a folder of lists', () => {
  const reasons = async (): Promise<string[]> =>
    (await conditionsOf({ mode: 'required', lists: folder })).map(({ state, reason }) => `${state} ${reason}`)

  test('with a current list is no condition', async () => {
    writeFileSync(join(folder, 'a.crl'), listOf(1))
    expect(await reasons()).toEqual([])
  })

  test('without one is a failure that names the anchor', async () => {
    const found = await conditionsOf({ mode: 'required', lists: folder })
    expect(found).toEqual([{ state: 'failed', reason: 'list-missing', detail: `no list of ${ca.subject}` }])
  })

  test('is a warning only, where another source may know', async () => {
    const found = await conditionsOf({ mode: 'required', lists: folder, ocspUrl: 'http://ocsp.example' })
    expect(found.map(({ state }) => state)).toEqual(['warning'])
  })

  test('whose list has ended, or ends soon', async () => {
    writeFileSync(join(folder, 'a.crl'), listOf(1))
    setDay('2020-01-10')
    expect(await reasons()).toEqual(['warning list-ends-soon'])
    setDay('2020-01-12')
    expect(await reasons()).toEqual(['failed list-ended'])
  })

  test('whose list was not made with the key of the anchor', async () => {
    writeFileSync(join(folder, 'a.crl'), forged(1))
    expect(await reasons()).toEqual(['failed list-foreign'])
  })

  test('with a file that is no list names the file', async () => {
    writeFileSync(join(folder, 'a.crl'), listOf(1))
    writeFileSync(join(folder, 'b.crl'), 'no list')
    const found = await conditionsOf({ mode: 'required', lists: folder })
    expect(found).toMatchObject([
      { state: 'warning', reason: 'list-unreadable', detail: expect.stringContaining('b.crl') },
    ])
  })
})

describe('lists over HTTP', () => {
  test('that are current are no condition', async () => {
    const server = await serve(bytes(listOf(1)))
    expect(await conditionsOf({ mode: 'required', listUrl: server.origin })).toEqual([])
    await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(0))
  })

  test.each([
    ['HTTP 503', (response: import('node:http').ServerResponse) => void response.writeHead(503).end()],
    ['no answer', (response: import('node:http').ServerResponse) => void response.socket?.destroy()],
    ['not a revocation list', bytes('no list')],
  ])('that are not to be had are a failure with the cause: %s', async (cause, answer) => {
    const server = await serve(answer)
    const found = await conditionsOf({ mode: 'required', listUrl: server.origin }, (all) => all.length > 1)
    expect(found).toMatchObject([
      { state: 'failed', reason: 'list-missing' },
      { state: 'warning', reason: 'list-unreadable', detail: expect.stringContaining(cause) },
    ])
  })

  test('that have ended, beside a folder that may know', async () => {
    const server = await serve(bytes(listOf(1)))
    writeFileSync(join(folder, 'a.crl'), listOf(1))
    setDay('2020-01-12')
    const found = await conditionsOf(
      { mode: 'required', lists: folder, listUrl: server.origin },
      (all) => all.length === 2,
    )
    expect(found.map(({ state, reason }) => `${state} ${reason}`)).toEqual(['warning list-ended', 'warning list-ended'])
  })

  test('from a server that hangs do not hold up the start', async () => {
    const server = await serve(() => {})
    const begun = performance.now()
    expect(await conditionsOf({ mode: 'required', listUrl: server.origin })).toEqual([])
    expect(performance.now() - begun).toBeLessThan(5_000)
  })
})
