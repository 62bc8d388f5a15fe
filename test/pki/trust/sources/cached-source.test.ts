import { describe, expect, test, vi } from 'vitest'
import { cachedSource, type RevocationAnswer, type RevocationSource } from '../../../../src/pki/trust/index.ts'
import { at, ca, leaf, leafOf } from './world.ts'

const minutes = (n: number): Date => new Date(at.getTime() + 60_000 * n)
const about = leaf()
const evidenceOf = (from: Date, to: Date | undefined) =>
  ({ kind: 'crl', issuer: 'CN=CA', thisUpdate: from, nextUpdate: to, sha256: '00' }) as const
const answer = (
  status: RevocationAnswer['status'],
  ...windows: readonly (readonly [number, number | undefined])[]
): RevocationAnswer => ({
  status,
  evidence: windows.map(([from, to]) => evidenceOf(minutes(from), to === undefined ? undefined : minutes(to))),
  problems: [],
})
const good = answer('good', [-60, 60])
const unknown = answer('unknown', [-60, 60])
const revoked = answer('revoked', [-60, 60])

/** A source under test, the one it asks, and its clock. */
function cached(first: RevocationAnswer, options: { maxEntries?: number; maxAgeMs?: number } = {}) {
  const inner = vi.fn<RevocationSource>(async () => first)
  const clock = { now: 0 }
  const source = cachedSource(inner, { ...options, clock: () => clock.now })
  const status = async (when = at, certificate = about) => (await source(certificate, ca, when)).status
  return { inner, clock, source, status }
}

describe('an answer is used again', () => {
  test.each([
    ['good', good],
    ['revoked', revoked],
  ])('when it is %s', async (_, first) => {
    const { inner, source } = cached(first)
    expect(await source(about, ca, at)).toBe(first)
    expect(await source(about, ca, minutes(5))).toBe(first)
    expect(await source(about, ca, minutes(-5))).toBe(first)
    expect(inner).toHaveBeenCalledTimes(1)
  })

  test.each<[string, RevocationAnswer, Date]>([
    ['when it is unknown', unknown, at],
    ['without nextUpdate', answer('good', [-60, undefined]), at],
    ['without nextUpdate of one part', answer('good', [-60, 60], [-60, undefined]), at],
    ['without evidence', answer('good'), at],
    ['after nextUpdate', answer('good', [-60, 1]), minutes(1.0001)],
    ['after the first nextUpdate', answer('good', [-60, 60], [-60, 1]), minutes(1.0001)],
    ['before thisUpdate', answer('good', [-1, 60]), minutes(-1.0001)],
    ['before the last thisUpdate', answer('revoked', [-60, 60], [-1, 60]), minutes(-1.0001)],
    ['far from the moment it was asked for', good, minutes(5.0001)],
    ['far before that moment', revoked, minutes(-5.0001)],
  ])('never %s', async (_, first, second) => {
    const { inner, status } = cached(first)
    await status()
    await status(second)
    expect(inner).toHaveBeenCalledTimes(2)
    expect(inner).toHaveBeenLastCalledWith(about, ca, second)
  })

  test('at both ends of its window', async () => {
    const { inner, status } = cached(answer('good', [-1, 1]))
    for (const when of [at, minutes(1), minutes(-1)]) await status(when)
    expect(inner).toHaveBeenCalledTimes(1)
  })

  test('until it is of age by its own clock', async () => {
    const { inner, clock, status } = cached(good, { maxAgeMs: 1000 })
    await status()
    clock.now = 999
    await status()
    expect(inner).toHaveBeenCalledTimes(1)
    clock.now = 1000
    await status()
    expect(inner).toHaveBeenCalledTimes(2)
  })

  test('for one certificate of one issuer only', async () => {
    const { inner, source } = cached(good)
    await source(about, ca, at)
    await source(leafOf('http://other.example'), ca, at)
    await source(about, about, at)
    await source(leaf(), ca, at)
    expect(inner).toHaveBeenCalledTimes(4)
  })
})

describe('revoked', () => {
  test('takes the place of good', async () => {
    const { inner, status } = cached(answer('good', [-60, 1]))
    await status()
    inner.mockResolvedValue(revoked)
    expect(await status(minutes(2))).toBe('revoked')
    expect(await status(at)).toBe('revoked')
    expect(inner).toHaveBeenCalledTimes(2)
  })

  test('stays when an earlier moment is good by an older list', async () => {
    const { inner, clock, status } = cached(answer('revoked', [0, 60]))
    await status()
    inner.mockResolvedValue(good)
    expect(await status(minutes(-1))).toBe('good')
    expect(await status(at)).toBe('revoked')
    clock.now = 300_000
    expect(await status(at)).toBe('good')
    expect(await status(at)).toBe('good')
    expect(inner).toHaveBeenCalledTimes(3)
  })
})

test('the answer not asked for longest makes room', async () => {
  const { inner, status } = cached(good, { maxEntries: 2 })
  const [a, b, c] = ['a', 'b', 'c'].map((host) => leafOf(`http://${host}.example`)) as [never, never, never]
  for (const one of [a, b, a, c, a]) await status(at, one)
  expect(inner).toHaveBeenCalledTimes(3)
  await status(at, b)
  expect(inner).toHaveBeenCalledTimes(4)
})

describe('concurrent questions', () => {
  const together = (status: (when: Date) => Promise<string>, ...whens: readonly Date[]) =>
    Promise.all(whens.map((when) => status(when)))
  const second = (n: number): Date => new Date(at.getTime() + 1000 * n)

  test.each<[string, RevocationAnswer, readonly Date[], number]>([
    ['about one moment ask once', good, [at, at, at], 1],
    ['about one minute ask once', good, [at, second(1), second(59)], 1],
    ['about different minutes ask each', good, [at, minutes(1)], 2],
    ['without an answer ask once', unknown, [at, second(1)], 1],
    ['about one moment share even what is not kept', answer('good', [-60, undefined]), [at, at], 1],
    ['about different moments do not share what is not kept', answer('good', [-60, undefined]), [at, second(1)], 2],
    ['outside the window of the answer ask again', answer('good', [-60, 0]), [at, second(1)], 2],
    ['before the window of the answer ask again', answer('revoked', [0.5, 60]), [second(30), at], 2],
  ])('%s', async (_, first, whens, asked) => {
    const { inner, status } = cached(first)
    await together(status, ...whens)
    expect(inner).toHaveBeenCalledTimes(asked)
  })

  test('share a failure, and the next one asks again', async () => {
    const { inner, status } = cached(good)
    inner.mockRejectedValueOnce(new Error('fault'))
    const results = await Promise.allSettled([status(), status()])
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected'])
    expect(await status()).toBe('good')
    expect(inner).toHaveBeenCalledTimes(2)
  })
})

test('options that make no sense are refused at creation', () => {
  const source: RevocationSource = () => good
  expect(() => cachedSource(undefined as never)).toThrow(TypeError)
  expect(() => cachedSource(source, { clock: 1 as never })).toThrow(TypeError)
  expect(() => cachedSource(source, { maxEntries: 0 })).toThrow(RangeError)
  expect(() => cachedSource(source, { maxEntries: '1' as never })).toThrow(TypeError)
  expect(() => cachedSource(source, { maxAgeMs: -1 })).toThrow(RangeError)
})
