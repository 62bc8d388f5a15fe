import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { raceDurably } from '../../bench/lib/durable-race.mjs'
import { MunicipalPins } from '../../src/server/municipal-pin/municipal-pins.ts'
import { type SqliteStoreOptions, sqliteStore } from '../../src/server/stores/sqlite-store.ts'
import { compile } from '../support/compiled.ts'
import { full } from '../support/scale.ts'

const unavailable = { name: 'RefusalError', code: 'ERR_STORE_UNAVAILABLE', turn: 'operator', retry: true }
const because = (reason: string) => ({ ...unavailable, cause: { name: 'SqliteFault', reason } })
// The time a call waits is added to the clock: tests stay far from the end of a lifetime.
const nonce = (): Uint8Array => new Uint8Array(randomBytes(32))
let compiled: (path: string) => string
let worker: URL
beforeAll(() => {
  const entries = [
    'src/server/stores/sqlite-store.ts',
    'src/server/stores/sqlite-worker.ts',
    'src/server/municipal-pin/municipal-pins.ts',
  ]
  compiled = compile('sqlite-tests', entries)
  worker = new URL(compiled('src/server/stores/sqlite-worker.js'))
})
const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'jpki-card-sqlite-'))
  open.push(() => rmSync(made, { recursive: true, force: true }))
  return made
}

async function storeOn(file: string, options: Partial<SqliteStoreOptions> = {}) {
  const store = await sqliteStore({ file, worker, ...options })
  open.push(() => store.close())
  return store
}

const opened = (options: Partial<SqliteStoreOptions> = {}) => storeOn(join(folder(), 'store.sqlite'), options)
const reasons = (store: Awaited<ReturnType<typeof opened>>) => store.conditions().map(({ reason }) => reason)

describe('nonces', () => {
  test('are taken once, by the first caller, on any connection', async () => {
    const file = join(folder(), 'store.sqlite')
    const [one, two] = [await storeOn(file), await storeOn(file)]
    expect(one.scope).toBe('machine')
    const given = nonce()
    await one.put(given, '{"record":"記録 1"}', 60_000)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).take(given)))
    expect(answers.filter((answer) => answer !== undefined)).toEqual(['{"record":"記録 1"}'])
    expect(await one.take(given)).toBeUndefined()
    expect(await two.take(nonce())).toBeUndefined()
  })

  test('are not given out twice while open, and this fails no other call of the same turn', async () => {
    const file = join(folder(), 'store.sqlite')
    const [one, two] = [await storeOn(file), await storeOn(file)]
    const [given, other] = [nonce(), nonce()]
    await one.put(given, 'first', 60_000)
    const calls = [two.put(nonce(), 'x', 60_000), two.put(given, 'second', 60_000), two.put(other, 'y', 60_000)]
    const results = await Promise.allSettled(calls)
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: unavailable },
      { status: 'fulfilled' },
    ])
    expect([await one.take(given), await one.take(other)]).toEqual(['first', 'y'])
  })

  test('are gone at the end of their lifetime, not before', async () => {
    let now = 1_700_000_000_000
    const store = await opened({ clock: () => now })
    const [one, two] = [nonce(), nonce()]
    await store.put(one, 'x', 100_000)
    await store.put(two, 'x', 100_000)
    now += 80_000
    expect(await store.take(one)).toBe('x')
    now += 40_000
    expect(await store.take(two)).toBeUndefined()
  })

  test('that have expired stay refused when the clock is set back', async () => {
    let now = 1_700_000_000_000
    const file = join(folder(), 'store.sqlite')
    const [store, other] = [await storeOn(file, { clock: () => now }), await storeOn(file, { clock: () => now })]
    const given = nonce()
    await store.put(given, 'x', 100_000)
    now += 120_000
    await other.count('anything')
    now -= 120_000
    expect(await store.take(given)).toBeUndefined()
  })

  test('beyond the bound are refused; one taken or expired makes room', async () => {
    let now = 1_700_000_000_000
    const store = await opened({ maxNonces: 3, clock: () => now })
    const given = Array.from({ length: 6 }, nonce)
    const put = (i: number, lifetimeMs = 100_000) => store.put(given[i]!, `${i}`, lifetimeMs)
    const results = await Promise.allSettled([put(0), put(1, 10_000), put(2), put(3)])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
    await expect(put(3)).rejects.toMatchObject({ code: 'ERR_STORE_FULL', turn: 'operator', retry: true })
    expect(reasons(store)).toEqual([undefined])
    expect(await store.take(given[0]!)).toBe('0')
    await put(3)
    await expect(put(4)).rejects.toMatchObject({ code: 'ERR_STORE_FULL' })
    now += 30_000
    await put(4)
    expect(await Promise.all([1, 2, 3, 4].map((i) => store.take(given[i]!)))).toEqual([undefined, '2', '3', '4'])
  })

  test('are in the file by their hash only, and removed when expired', async () => {
    const file = join(folder(), 'store.sqlite')
    let now = 1_700_000_000_000
    const store = await storeOn(file, { clock: () => now })
    const given = nonce()
    await store.put(given, 'record', 10_000)
    const rows = (): unknown => {
      const db = new Database(file)
      const found = db.prepare('SELECT id FROM nonces').all([])
      db.close()
      return found
    }
    expect(rows()).toEqual([{ id: createHash('sha256').update(given).digest('base64url') }])
    now += 30_000
    await store.read('anything')
    expect(rows()).toEqual([])
  })
})

describe('counters and texts', () => {
  test('keep to their names, whatever these are', async () => {
    const file = join(folder(), 'store.sqlite')
    const [one, two] = [await storeOn(file), await storeOn(file)]
    const counts = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? one : two).increment('tries')))
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    await one.increment('a\0b')
    expect([await two.count('a\0c'), await two.count('a'), await two.count('a\0b')]).toEqual([0, 0, 1])
    await one.reset('tries')
    expect(await two.count('tries')).toBe(0)
    for (const text of ['', '値', 'a\0b', "'; DROP TABLE texts; --", '\u{1F600}']) {
      await one.write(text, text)
      expect(await two.read(text)).toBe(text)
    }
    await two.remove('値')
    expect(await one.read('値')).toBeUndefined()
    expect(await one.read('__proto__')).toBeUndefined()
  })

  test('are changed together, if each is what was expected', async () => {
    const store = await opened()
    const one = { key: 'one', expected: undefined, next: 'a' }
    expect(await store.compareAndSet([one, { ...one, key: 'two' }])).toBe(true)
    expect(await store.compareAndSet([{ ...one, key: 'three' }, one])).toBe(false)
    expect([await store.read('one'), await store.read('two'), await store.read('three')]).toEqual(['a', 'a', undefined])
    const removal = { key: 'one', expected: 'a', next: undefined }
    expect(await store.compareAndSet([removal, { key: 'two', expected: 'a', next: 'b' }])).toBe(true)
    expect([await store.read('one'), await store.read('two')]).toEqual([undefined, 'b'])
  })

  test('are gone at their end, not before; one left as it is keeps its end', async () => {
    let now = 1_700_000_000_000
    const store = await opened({ clock: () => now })
    await store.compareAndSet([{ key: 'one', expected: undefined, next: 'a', lifetimeMs: 100_000, dueAt: 1 }])
    now += 50_000
    await store.compareAndSet([{ key: 'one', expected: 'a', next: 'a', lifetimeMs: 100_000, dueAt: 2 }])
    now += 30_000
    expect([await store.read('one'), await store.due(1, 10)]).toEqual(['a', ['one']])
    now += 40_000
    expect([await store.read('one'), await store.due(1, 10)]).toEqual([undefined, []])
    expect(await store.compareAndSet([{ key: 'one', expected: undefined, next: 'b' }])).toBe(true)
    now += 1e12
    expect(await store.read('one')).toBe('b')
  })

  test('that are due are returned, those due first at the front', async () => {
    const store = await opened()
    const added = (key: string, dueAt?: number) => ({ key, expected: undefined, next: 'a', dueAt })
    await store.compareAndSet([added('late', 300), added('early', 100), added('never'), added('mid\0dle', 200)])
    expect(await store.due(99, 10)).toEqual([])
    expect(await store.due(300, 10)).toEqual(['early', 'mid\0dle', 'late'])
    expect(await store.due(300, 2)).toEqual(['early', 'mid\0dle'])
    await store.compareAndSet([{ key: 'early', expected: 'a', next: 'b', dueAt: 400 }])
    await store.compareAndSet([{ key: 'late', expected: 'a', next: 'b' }])
    await store.write('mid\0dle', 'b')
    expect(await store.due(1_000, 10)).toEqual(['early'])
    await store.remove('early')
    expect(await store.due(1_000, 10)).toEqual([])
  })

  test('announcements are returned until their end, each once, and withdrawn by a lifetime of 0', async () => {
    let now = 1_700_000_000_000
    const store = await opened({ clock: () => now })
    await store.announce!('a', 100_000)
    now += 50_000
    await store.announce!('b', 100_000)
    expect((await store.announce!('b', 100_000)).toSorted()).toEqual(['a', 'b'])
    now += 75_000
    expect(await store.announce!('c', 100_000)).toEqual(expect.arrayContaining(['b', 'c']))
    expect(await store.announce!('b', 0)).toEqual(['c'])
  })
})

describe('the file', () => {
  test('is created for its owner only, with what belongs to it, and what it holds is there again', async () => {
    const file = join(folder(), 'store.sqlite')
    const first = await sqliteStore({ file, worker })
    const given = nonce()
    await first.put(given, 'x', 60_000)
    await first.increment('tries')
    for (const name of ['', '-wal', '-shm']) expect(statSync(`${file}${name}`).mode & 0o777).toBe(0o600)
    await first.close()
    await first.close()
    await expect(first.read('x')).rejects.toMatchObject(because('closed'))
    expect(first.conditions()).toMatchObject([{ part: 'store', state: 'failed', reason: 'closed' }])
    const second = await storeOn(file)
    expect([await second.take(given), await second.count('tries')]).toEqual(['x', 1])
    expect(second.conditions()).toMatchObject([{ part: 'store', state: 'ok' }])
  })

  test('calls made before it is closed are completed', async () => {
    const file = join(folder(), 'store.sqlite')
    const store = await sqliteStore({ file, worker })
    const calls = Array.from({ length: 2_500 }, () => store.increment('tries'))
    await store.close()
    expect((await Promise.all(calls)).at(-1)).toBe(2_500)
    expect(await (await storeOn(file)).count('tries')).toBe(2_500)
  })

  /** Something that is not a store stays byte for byte what it is. */
  const refused = async (file: string, reason: string, code = 'ERR_STORE_UNAVAILABLE') => {
    const before = readFileSync(file)
    await expect(sqliteStore({ file, worker, timeoutMs: 100 })).rejects.toMatchObject({ code, cause: { reason } })
    expect(readFileSync(file).equals(before)).toBe(true)
  }

  test('that is not a database, or that of another application or a later version, is refused and left', async () => {
    const [text, other, later] = ['text', 'other', 'later'].map((name) => join(folder(), name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(text, 'not a database\n'.repeat(1_000))
    await refused(text, 'unexpected-file')
    const db = new Database(other)
    db.exec('CREATE TABLE theirs (a)')
    db.close()
    await refused(other, 'unexpected-file')
    const store = await sqliteStore({ file: later, worker })
    await store.close()
    const newer = new Database(later)
    newer.exec('PRAGMA user_version = 2')
    newer.close()
    await refused(later, 'newer-version')
  })

  test('that is damaged is refused', async () => {
    const file = join(folder(), 'store.sqlite')
    const store = await sqliteStore({ file, worker })
    await Promise.all(Array.from({ length: 2_000 }, (_, i) => store.write(`key ${i}`, 'x'.repeat(100))))
    await store.close()
    const bytes = readFileSync(file)
    bytes.fill(0xaa, 10 * 4_096, 20 * 4_096)
    writeFileSync(file, bytes)
    await refused(file, 'corrupt')
  })

  test('in a folder that does not exist, and a folder, are refused', async () => {
    const place = folder()
    const missing = sqliteStore({ file: join(place, 'missing', 'x'), worker })
    await expect(missing).rejects.toMatchObject(because('unreachable'))
    await expect(sqliteStore({ file: place, worker })).rejects.toMatchObject(because('unreachable'))
  })

  test('that is removed or replaced while in use is refused from then on', async () => {
    const file = join(folder(), 'store.sqlite')
    const store = await storeOn(file)
    await store.write('key', 'value')
    copyFileSync(file, `${file}.backup`)
    rmSync(file)
    await expect(store.read('key')).rejects.toMatchObject(because('replaced'))
    renameSync(`${file}.backup`, file)
    await expect(store.read('key')).rejects.toMatchObject(because('replaced'))
    expect(store.conditions()).toMatchObject([{ part: 'store', state: 'failed', reason: 'replaced' }])
  })

  test.skipIf(process.getuid?.() !== 0)('of another user is refused, and nothing is lost', async () => {
    const place = folder()
    chmodSync(place, 0o755)
    const file = join(place, 'store.sqlite')
    const store = await sqliteStore({ file, worker })
    await store.write('key', 'value')
    await store.close()
    chmodSync(file, 0o444)
    expect(await childOn(file, { uid: 65_534 })).toMatch(/^ERR_STORE_UNAVAILABLE (?:read-only|unreachable)$/)
    chmodSync(file, 0o600)
    expect(await childOn(file, { uid: 65_534 })).toBe('ERR_STORE_UNAVAILABLE unreachable')
    expect(await (await storeOn(file)).read('key')).toBe('value')
  })

  test('that has its largest size refuses what needs more, and serves the rest', async () => {
    const store = await opened({ maxMegabytes: 1 })
    const given = nonce()
    await store.put(given, 'x', 60_000)
    let failed: unknown
    for (let i = 0; failed === undefined; i++)
      await store.write(`key ${i}`, 'x'.repeat(10_000)).catch((e) => (failed = e))
    expect(failed).toMatchObject({ code: 'ERR_STORE_FULL', cause: { reason: 'full' } })
    expect(store.conditions()).toMatchObject([{ state: 'failed', reason: 'full' }])
    const results = await Promise.allSettled([store.take(given), store.write('more', 'x'.repeat(10_000))])
    expect(results).toMatchObject([
      { status: 'fulfilled', value: 'x' },
      { status: 'rejected', reason: { code: 'ERR_STORE_FULL' } },
    ])
    await store.remove('key 0')
    await store.write('more', 'x')
    expect(reasons(store)).toEqual([undefined])
  })

  test('on a full disk loses nothing, and goes on when there is space', async () => {
    const place = folder()
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place]).status !== 0) {
      console.warn('left out: no file system can be mounted here')
      return
    }
    open.push(() => spawnSync('umount', [place]))
    const fill = join(place, 'fill')
    writeFileSync(fill, new Uint8Array(200_000))
    const store = await storeOn(join(place, 'store.sqlite'))
    const given = nonce()
    await store.put(given, 'x', 60_000)
    let written = 0
    let failed: unknown
    while (failed === undefined) {
      await store.write(`key ${written}`, 'x'.repeat(2_000)).then(
        () => written++,
        (error) => {
          failed = error
        },
      )
    }
    expect(failed).toMatchObject({ code: 'ERR_STORE_FULL', cause: { reason: 'full' } })
    expect(store.conditions()).toMatchObject([{ state: 'failed', reason: 'full' }])
    expect(await store.read('key 0')).toHaveLength(2_000)
    rmSync(fill)
    await store.write('more', 'x'.repeat(2_000))
    expect(await store.take(given)).toBe('x')
    expect(reasons(store)).toEqual([undefined])
    const found = await Promise.all(Array.from({ length: written }, (_, i) => store.read(`key ${i}`)))
    expect(found.filter((text) => text?.length === 2_000)).toHaveLength(written)
  })

  test('grows no further than its write-ahead log allows, and checkpoints lose nothing', async () => {
    const file = join(folder(), 'store.sqlite')
    const [one, two] = [await storeOn(file), await storeOn(file)]
    for (let round = 0; round < 40; round++) {
      const value = `${round} `.repeat(2_000)
      await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? one : two).write(`key ${i}`, value)))
    }
    expect(statSync(`${file}-wal`).size).toBeLessThan(16 * 1_048_576)
    const found = await Promise.all(Array.from({ length: 50 }, (_, i) => two.read(`key ${i}`)))
    expect(new Set(found)).toEqual(new Set(['39 '.repeat(2_000)]))
  })
})

describe('while another process holds the lock', () => {
  test('calls wait; they fail after the time-out, and succeed when it is released', async () => {
    const file = join(folder(), 'store.sqlite')
    const store = await storeOn(file, { timeoutMs: 200 })
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    const begun = performance.now()
    let turns = 0
    const counting = setInterval(() => turns++, 5)
    await expect(store.increment('tries')).rejects.toMatchObject(because('busy'))
    clearInterval(counting)
    expect(performance.now() - begun).toBeLessThan(2_000)
    // The event loop went on.
    expect(turns).toBeGreaterThan(10)
    expect(store.conditions()).toMatchObject([{ state: 'failed', reason: 'busy' }])
    const waiting = store.increment('tries')
    setTimeout(() => other.exec('ROLLBACK'), 50)
    expect(await waiting).toBe(1)
    expect(reasons(store)).toEqual([undefined])
    other.close()
  })

  test('no more calls than can be kept wait', async () => {
    const file = join(folder(), 'store.sqlite')
    const store = await storeOn(file, { timeoutMs: 1_000 })
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    const calls = Array.from({ length: 12_000 }, () => store.increment('tries'))
    await expect(calls.at(-1)).rejects.toMatchObject(because('busy'))
    other.exec('ROLLBACK')
    other.close()
    const results = await Promise.allSettled(calls)
    const done = results.filter(({ status }) => status === 'fulfilled').length
    expect(done).toBe(10_000)
    expect(await store.count('tries')).toBe(done)
  })
})

describe('options', () => {
  test.each([
    [{ file: '' }, TypeError],
    [{ file: 7 as unknown as string }, TypeError],
    [{ maxNonces: 0 }, RangeError],
    [{ maxMegabytes: 0 }, RangeError],
    [{ timeoutMs: 9 }, RangeError],
    [{ timeoutMs: 60_001 }, RangeError],
  ])('%j is misuse', async (options, kind) => {
    await expect(sqliteStore({ file: join(folder(), 'x'), worker, ...options })).rejects.toBeInstanceOf(kind)
  })

  test('a name that SQLite has a meaning for is a path', async () => {
    const place = folder()
    const back = process.cwd()
    process.chdir(place)
    try {
      await storeOn(':memory:')
    } finally {
      process.chdir(back)
    }
    expect(statSync(join(place, ':memory:')).isFile()).toBe(true)
    mkdirSync(join(place, '役場 #?%'))
    await (await storeOn(join(place, '役場 #?%', 'file:x?mode=ro'))).write('a', 'b')
  })

  test('without the file of its worker it says so', async () => {
    const missing = new URL('missing.js', worker)
    await expect(sqliteStore({ file: join(folder(), 'x'), worker: missing })).rejects.toMatchObject({
      code: 'ERR_DEPENDENCY_MISSING',
      dependency: 'sqlite-worker.js',
    })
  })
})

const script = fileURLToPath(new URL('../support/sqlite-child.mjs', import.meta.url))

function startChild(given: readonly string[], { uid }: { readonly uid?: number } = {}) {
  const args = [script, compiled('src/server/'), ...given]
  const env = { ...process.env, ...(uid !== undefined && { SQLITE_CHILD_UID: String(uid) }) }
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env })
}

/** Opens the store in a process of its own. @returns `ok`, or code and reason. */
async function childOn(file: string, options: { readonly uid?: number }): Promise<string> {
  const child = startChild(['open', file], options)
  const [line] = await once(createInterface({ input: child.stdout! }), 'line')
  await once(child, 'close')
  return String(line)
}

describe('a process that is killed', () => {
  test('leaves what it was answered: every count, and no more than was asked', async () => {
    const file = join(folder(), 'store.sqlite')
    let answered = 0
    for (let round = 0; round < 4; round++) {
      const child = startChild(['count', file])
      const lines = createInterface({ input: child.stdout! })
      const enough = new Promise<void>((done) => {
        lines.on('line', (line) => {
          answered = Math.max(answered, Number(line))
          if (Number(line) >= (round + 1) * 50) done()
        })
      })
      await enough
      child.kill('SIGKILL')
      await once(child, 'close')
      const store = await sqliteStore({ file, worker })
      const count = await store.count('tries')
      expect(count).toBeGreaterThanOrEqual(answered)
      expect(count).toBeLessThanOrEqual(answered + 20)
      answered = count
      await store.close()
    }
  }, 60_000)

  test('has spent the try of a municipal PIN that it was comparing', async () => {
    const file = join(folder(), 'store.sqlite')
    const store = await storeOn(file)
    const serverKey = new Uint8Array(32).fill(7)
    const pins = new MunicipalPins({ store, serverKey, maxTries: 3, scrypt: { N: 2 ** 17, r: 8, p: 4 } })
    const pin = new Uint8Array(Buffer.from('1234'))
    await pins.register('user', 'income', pin, { clerk: 'c' })
    const child = startChild(['pin', file, Buffer.from(serverKey).toString('hex'), '0000'])
    await vi.waitFor(async () => expect((await pins.status('user', 'income')).triesLeft).toBe(2), {
      timeout: 20_000,
      interval: 5,
    })
    child.kill('SIGKILL')
    await once(child, 'close')
    await store.close()
    const again = new MunicipalPins({ store: await storeOn(file), serverKey, maxTries: 3 })
    expect(await again.status('user', 'income')).toMatchObject({ registered: true, locked: false, triesLeft: 2 })
  }, 60_000)

  const nonces = Number(process.env['RACE_NONCES'] ?? (full ? 20_000 : 2_000))
  test(`${nonces} nonces raced by four processes, killed all the time, are each accepted exactly once`, async () => {
    const module = compiled('src/server/stores/sqlite-store.js')
    const file = join(folder(), 'store.sqlite')
    const {
      once: accepted,
      unanswered,
      kills,
      refused,
      seconds,
      ...wrong
    } = await raceDurably({
      ...{ module, worker: worker.href, file, nonces, killMs: 300 },
    })
    expect(wrong).toEqual({ twice: 0, lost: 0, again: 0, counterMissing: 0, counterExtra: 0 })
    expect(accepted + unanswered).toBe(nonces)
    expect(kills).toBeGreaterThan(4)
    expect(refused).toBe(0)
    expect(seconds).toBeGreaterThan(0)
  }, 300_000)
})
