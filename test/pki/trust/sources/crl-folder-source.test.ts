import { mkdir, mkdtemp, open, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RevocationList } from '../../../../src/pki/revocation/index.ts'
import { type CrlFolderSourceOptions, crlFolderSource, type RevocationSource } from '../../../../src/pki/trust/index.ts'
import { der, entry, extension, integer, list } from '../../revocation/crl-der.ts'
import { ask, askUntil, forged, leaf, listOf, options, pem, sha256 } from './world.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crl-folder-'))
})
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const put = (name: string, content: Uint8Array | string): Promise<void> => writeFile(join(folder, name), content)
const source = (more: Partial<CrlFolderSourceOptions> = {}) =>
  crlFolderSource({ ...options, folder, refreshMs: 0, ...more })

describe('a folder of lists', () => {
  test.each([
    ['ca.crl', listOf(1)],
    ['ca.CRL', pem(listOf(1))],
    ['ca.der', listOf(1)],
    ['ca.pem', pem(listOf(1))],
  ])('knows %s', async (name, content) => {
    await put(name, content)
    expect(await ask(source())).toMatchObject({ status: 'good', problems: [] })
  })

  test('knows nothing of other files', async () => {
    await put('ca.txt', listOf(1))
    await put('ca.crl.tmp', listOf(1))
    expect(await ask(source())).toEqual(expect.objectContaining({ status: 'unknown', problems: [] }))
  })

  test('takes the newest of all lists', async () => {
    await put('a.pem', pem(listOf(1), listOf(3, [7]), listOf(2)))
    await put('b.crl', listOf(0))
    expect((await ask(source())).status).toBe('revoked')
  })

  test('follows links, as mounted volumes have them', async () => {
    await put('data', listOf(1))
    await symlink(join(folder, 'data'), join(folder, 'ca.crl'))
    expect((await ask(source())).status).toBe('good')
  })

  test('is read again when a file changes or comes; one that goes leaves its list in force until nextUpdate', async () => {
    await put('ca.crl', listOf(1))
    const lists = source()
    expect((await ask(lists)).status).toBe('good')
    await put('new.crl', held)
    expect((await ask(lists)).status).toBe('revoked')
    await rm(join(folder, 'new.crl'))
    expect((await ask(lists)).status).toBe('revoked')
    await rm(join(folder, 'ca.crl'))
    expect(await ask(lists)).toMatchObject({ status: 'revoked', evidence: [{ sha256: sha256(held) }] })
    const outdated = await ask(lists, leaf(), new Date('2020-01-12T00:00:00Z'))
    expect(outdated).toMatchObject({ status: 'unknown', evidence: [], problems: [] })
  })

  test('is not looked at before its time', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    await put('ca.crl', listOf(1))
    const lists = source({ refreshMs: undefined })
    await ask(lists)
    await put('ca.crl', listOf(2, [7]))
    vi.advanceTimersByTime(59_999)
    expect((await ask(lists)).status).toBe('good')
    vi.advanceTimersByTime(1)
    expect((await ask(lists)).status).toBe('good')
    await askUntil(lists, ({ status }) => status === 'revoked')
  })

  test('is read once, however many ask, and only what changed', async () => {
    const load = vi.spyOn(RevocationList, 'load')
    await put('a.crl', listOf(1))
    await put('b.crl', listOf(2))
    const lists = source()
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(lists)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill('good'))
    expect(load).toHaveBeenCalledTimes(2)
    await utimes(join(folder, 'a.crl'), new Date(), new Date('2020-01-01'))
    await ask(lists)
    await ask(lists)
    expect(load).toHaveBeenCalledTimes(3)
  })

  test('holds long lists without holding up the process', async () => {
    const entries = Array.from({ length: 20_000 }, (_, i) => entry(i + 100))
    await put('ca.crl', list(entries, [], ['200101000000Z', '200111000000Z']))
    const verify = vi.spyOn(RevocationList.prototype, 'verifySignature')
    expect((await ask(source())).status).toBe('good')
    expect(verify).toHaveBeenCalledTimes(1)
    expect(await verify.mock.results[0]!.value).toBe(true)
  })
})

describe('problems are reported, and the last valid list is kept', () => {
  test.each<[string, string, Uint8Array | string]>([
    ['rubbish', 'not a revocation list', 'rubbish'],
    ['an empty file', 'not a revocation list', ''],
    ['half a list', 'not a revocation list', listOf(2).subarray(0, 90)],
    ['half a PEM', 'not a revocation list: a PEM block without its end', pem(listOf(2)).slice(0, 90)],
    [
      'a PEM cut off inside',
      'not a revocation list: PEM that is cut off',
      pem(listOf(2)).replace(/.\n+-----END/, '\n-----END'),
    ],
    ['one good list and one bad', 'not a revocation list', pem(listOf(2), Uint8Array.of(0x30, 0))],
    ['a large file', 'larger than 2 KiB', new Uint8Array(2049)],
  ])('%s in its place', async (_, problem, content) => {
    await put('ca.crl', listOf(1, [7]))
    const lists = source({ maxBytes: 2048 })
    expect(await ask(lists)).toMatchObject({ status: 'revoked', problems: [] })
    await put('ca.crl', content)
    for (const _again of [1, 2]) {
      const answer = await ask(lists)
      expect(answer.status).toBe('revoked')
      expect(answer.problems).toEqual([expect.stringContaining(`ca.crl: ${problem}`)])
    }
    expect((await ask(lists, leaf(), new Date('2020-01-12T00:00:00Z'))).status).toBe('unknown')
    await put('ca.crl', listOf(3))
    expect(await ask(lists)).toMatchObject({ status: 'good', problems: [] })
  })

  test('hidden files are left out, and a page saved as a list is named with what it is', async () => {
    await put('ca.crl', listOf(1, [7]))
    await put('._ca.crl', Uint8Array.of(0, 5, 0x16, 7))
    await put('.crl', 'rubbish')
    expect(await ask(source())).toMatchObject({ status: 'revoked', problems: [] })
    await put('page.crl', '<!doctype html><title>404</title>')
    const { problems } = await ask(source())
    expect(problems).toEqual([expect.stringContaining('page.crl: not a revocation list, but an HTML page')])
  })

  test('forged lists are ignored, and reported once', async () => {
    await put('a.crl', forged(1))
    await put('b.crl', forged(2))
    expect(await ask(source())).toMatchObject({
      status: 'unknown',
      problems: ['list of CN=CA: not signed by a trusted key'],
    })
  })

  test('a file that changes while it is read is not taken', async () => {
    await put('ca.crl', listOf(1))
    const lists = source()
    await ask(lists)
    const path = join(folder, 'ca.crl')
    await truncate(path, 64 * 1_048_576)
    const writer = await open(path, 'r+')
    let reading = true
    const writing = (async () => {
      while (reading) await writer.write(Uint8Array.of(1), 0, 1, 0)
    })()
    const answer = await ask(lists)
    reading = false
    await writing
    await writer.close()
    expect(answer).toMatchObject({ status: 'good', problems: ['ca.crl: it changed while it was read'] })
  })

  test('a folder or a device in the place of a file', async () => {
    await mkdir(join(folder, 'a.crl'))
    await symlink(devNull, join(folder, 'b.crl'))
    await symlink(join(folder, 'nowhere'), join(folder, 'c.crl'))
    expect((await ask(source())).problems).toEqual(['a.crl: not a file', 'b.crl: not a file', 'c.crl: ENOENT'])
  })

  test('a folder that is gone, and comes back', async () => {
    await put('ca.crl', listOf(1))
    const lists = source()
    expect((await ask(lists)).status).toBe('good')
    await rename(folder, `${folder}-away`)
    expect(await ask(lists)).toMatchObject({
      status: 'good',
      problems: ['the folder of lists cannot be read: ENOENT'],
    })
    expect((await ask(source())).status).toBe('unknown')
    expect((await ask(lists, leaf(), new Date('2020-01-12T00:00:00Z'))).status).toBe('unknown')
    await rename(`${folder}-away`, folder)
    expect(await ask(lists)).toMatchObject({ status: 'good', problems: [] })
  })

  test('names of files cannot forge lines of a log', async () => {
    await put('a\nb\u001b.crl', 'rubbish')
    expect((await ask(source())).problems[0]).toMatch(/^a\?b\?\.crl: /)
  })
})

/** A list of the authority by its times, and by its number where it has one. */
const dated = (from: string, to: string, number?: number, serials: readonly number[] = []): Uint8Array =>
  list(
    serials.map((serial) => entry(serial, 1)),
    number === undefined ? [] : [extension(20, false, integer(number))],
    [from, to],
  )
const held = listOf(2, [7])
const scope = extension(28, true, der(0x30, Uint8Array.of(0x81, 1, 0xff)))
const forgedLater = dated('200101110000Z', '200111000000Z', 9)
forgedLater[forgedLater.length - 1]! ^= 1

/** The status, and whether the list held is among what it rests on. */
const counted = async (lists: RevocationSource) => {
  const { status, evidence } = await ask(lists)
  return [status, evidence.some((one) => one.sha256 === sha256(held))]
}

describe('the list in force stays', () => {
  test.each<[string, Uint8Array]>([
    ['an older list', listOf(1)],
    ['a newer list with a smaller number', dated('200101110000Z', '200111000000Z', 1)],
    ['a list dated an hour ahead', dated('200101130000Z', '200111000000Z', 3)],
    ['a list dated 20 seconds ahead', dated('200101120020Z', '200111000000Z', 3)],
    ['a newer list that is outdated', dated('200101110000Z', '200101115959Z', 3)],
    ['a newer list that is forged', forgedLater],
    [
      'a newer list that is not understood',
      list([], [extension(99, true, integer(1))], ['200101110000Z', '200111000000Z']),
    ],
    ['half a list', listOf(3).subarray(0, 90)],
  ])('after %s, in its place or beside it', async (_, content) => {
    await put('ca.crl', held)
    const inPlace = source()
    const beside = source()
    for (const one of [inPlace, beside]) expect((await ask(one)).status).toBe('revoked')
    await put('other.crl', content)
    expect(await counted(beside)).toEqual(['revoked', true])
    await rm(join(folder, 'other.crl'))
    await put('ca.crl', content)
    for (const _again of [1, 2]) {
      expect(await counted(inPlace)).toEqual(['revoked', true])
    }
  })

  test('until the one dated ahead of the clock holds, and no longer', async () => {
    await put('ca.crl', held)
    const lists = source()
    await ask(lists)
    const next = dated('200101130000Z', '200111000000Z', 3)
    await put('ca.crl', next)
    expect((await ask(lists)).status).toBe('revoked')
    const later = new Date('2020-01-01T13:00:00Z')
    expect(await ask(lists, leaf(), later)).toMatchObject({ status: 'good', evidence: [{ sha256: sha256(next) }] })
  })

  test('beside one of another scope, and a delta beside its base', async () => {
    await put('ca.crl', listOf(2, [8]))
    await put(
      'delta.crl',
      list(
        [entry(7, 1)],
        [extension(27, true, integer(1)), extension(20, false, integer(3))],
        ['200101030000Z', '200111000000Z'],
      ),
    )
    const lists = source()
    expect((await ask(lists)).status).toBe('revoked')
    await put('delta.crl', list([], [extension(20, false, integer(9)), scope], ['200101110000Z', '200111000000Z']))
    expect((await ask(lists)).status).toBe('revoked')
  })
})

describe('a clock that is behind', () => {
  const soon = dated('200101120459Z', '200111000000Z', 3)

  test('by less than five minutes has no effect on the only list', async () => {
    await put('ca.crl', soon)
    expect(await ask(source())).toMatchObject({ status: 'good', evidence: [{ sha256: sha256(soon) }] })
    expect((await ask(source({ skewMs: 298_000 }))).status).toBe('unknown')
  })

  test('does not hide what the next list revokes', async () => {
    await put('ca.crl', listOf(2))
    await put('next.crl', dated('200101120020Z', '200111000000Z', 3, [7]))
    expect((await ask(source())).status).toBe('revoked')
    expect((await ask(source({ skewMs: 0 }))).status).toBe('good')
  })

  test('by more leaves the only list without effect', async () => {
    await put('ca.crl', dated('200101120501Z', '200111000000Z', 3))
    const answer = await ask(source())
    expect(answer).toMatchObject({ status: 'unknown', problems: ['list of CN=CA: thisUpdate is in the future'] })
  })
})

test('the newest valid list that was ever seen is in force, whatever files come and go', async () => {
  const change = fc.record({
    file: fc.constantFrom('a.crl', 'b.crl', 'c.pem'),
    number: fc.option(fc.integer({ min: 0, max: 19 }), { nil: undefined }),
    bad: fc.constantFrom('forged', 'half', undefined, undefined),
  })
  let run = 0
  const sequence = async (
    changes: readonly { file: string; number: number | undefined; bad: string | undefined }[],
  ) => {
    const inside = join(folder, String(run++))
    await mkdir(inside)
    const lists = source({ folder: inside })
    let newest = -1
    for (const { file, number, bad } of changes) {
      if (number === undefined) await rm(join(inside, file), { force: true })
      else if (bad === 'forged') await writeFile(join(inside, file), forged(number, [7]))
      else if (bad === 'half') await writeFile(join(inside, file), listOf(number).subarray(0, 99))
      else {
        await writeFile(join(inside, file), listOf(number, number % 2 ? [7] : []))
        newest = Math.max(newest, number)
      }
      const { status } = await ask(lists)
      expect(status).toBe(newest < 0 ? 'unknown' : newest % 2 ? 'revoked' : 'good')
    }
  }
  await fc.assert(fc.asyncProperty(fc.array(change, { maxLength: 12 }), sequence), { numRuns: 40 })
})

test.each<[string, Partial<CrlFolderSourceOptions>, typeof TypeError | typeof RangeError]>([
  ['no folder', { folder: '' }, TypeError],
  ['no text for a folder', { folder: 1 as never }, TypeError],
  ['no anchors', { anchors: undefined as never }, TypeError],
  ['a negative time', { refreshMs: -1 }, RangeError],
  ['a negative skew', { skewMs: -1 }, RangeError],
  ['a skew without end', { skewMs: Number.POSITIVE_INFINITY }, RangeError],
  ['no bytes', { maxBytes: 0 }, RangeError],
  ['part of a byte', { maxBytes: 1.5 }, RangeError],
])('%s is refused at creation', (_, wrong, kind) => {
  expect(() => source(wrong)).toThrow(kind)
})
