import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  announcedInstances,
  memoryStore,
  type NonceStore,
  redisStore,
  type TokenService,
} from '../../src/server/index.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { answer, code, request, serve } from './fixture.ts'

const otherKey = { pseudonymKey: new Uint8Array(32).fill(8) }
const otherOrigin = { origin: 'https://other.example' }
const stateOf = (service: TokenService): string => {
  const [{ part, state, reason }, ...more] = service.conditions() as [ReturnType<TokenService['conditions']>[0]]
  return [part, state, reason, ...more].join(' ')
}
/** What services find of each other, each having looked twice. */
async function found(...services: readonly TokenService[]): Promise<string[]> {
  for (const service of [...services, ...services]) await service.checkInstances()
  return services.map(stateOf)
}

describe.each(['memory', 'Redis'])('services on one store: %s', (kind) => {
  let redis: Redis | undefined
  const opened: NonceStore[] = []
  beforeAll(async () => {
    if (kind === 'Redis') redis = await startRedis()
  })
  afterAll(async () => {
    for (const store of opened) await store.close?.()
    redis?.remove()
  })
  let memory = memoryStore()
  let prefix = 0
  /** Empties the store for one test. */
  const fresh = (): void => {
    memory = memoryStore()
    prefix += 1
  }
  const open = async (more = ''): Promise<NonceStore> => {
    if (redis === undefined) return more === '' ? memory : memoryStore()
    const store = await redisStore({ url: redis.url, prefix: `test-${prefix}${more}:` })
    opened.push(store)
    return store
  }

  test('of one origin and key find nothing', async () => {
    fresh()
    const services = [serve({ store: await open() }), serve({ store: await open() })]
    expect(await found(...services)).toEqual(['instances ok ', 'instances ok '])
  })

  test('of two keys find it, each', async () => {
    fresh()
    const services = [
      serve({ store: await open() }),
      serve({ store: await open() }),
      serve({ store: await open(), ...otherKey }),
    ]
    const differs = 'instances warning pseudonym-key-differs'
    expect(await found(...services)).toEqual([differs, differs, differs])
    const [condition] = services[0]!.conditions()
    expect(condition!.since).toBeInstanceOf(Date)
    expect(condition!.detail).toContain('pseudonymKey')
  })

  test('of two origins find it, each, whatever their keys', async () => {
    fresh()
    const services = [serve({ store: await open() }), serve({ store: await open(), ...otherOrigin, ...otherKey })]
    const differs = 'instances warning origin-differs'
    expect(await found(...services)).toEqual([differs, differs])
  })

  test('with a prefix each find nothing', async () => {
    fresh()
    const services = [serve({ store: await open() }), serve({ store: await open('b'), ...otherOrigin, ...otherKey })]
    expect(await found(...services)).toEqual(['instances ok ', 'instances ok '])
  })

  test('do not accept the challenges of each other’s origin', async () => {
    fresh()
    const [here, there] = [serve({ store: await open() }), serve({ store: await open(), ...otherOrigin })]
    const carried = await answer(await here.challenge(request), otherOrigin)
    expect(await code(() => there.verify(carried, request))).toBe('ERR_TOKEN_ORIGIN')
  })

  test('give a store no key and nothing that was made with a pseudonym', async () => {
    fresh()
    const store = await open()
    const service = serve({ store })
    await service.checkInstances()
    const announced = await store.announce!('https://third.example x', 1_000)
    const own = announced.find((text) => text.startsWith('https://issue.example '))!
    expect(own).toMatch(/^https:\/\/issue\.example [\w-]{43} - - - [\w-]{8}$/)
    const { holder } = await service.verify(await answer(await service.challenge(request)), request)
    for (const secret of [holder, Buffer.alloc(32, 9).toString('base64url'), Buffer.alloc(32, 9).toString('hex')]) {
      expect(own).not.toContain(secret)
    }
  })
})

describe('an announcement', () => {
  test('ends, so that a change of key is over when the last instance of the old one is', async () => {
    let tick = 0
    const store = memoryStore({ clock: () => tick })
    const [old, renewed] = [serve({ store }), serve({ store, ...otherKey })]
    expect(await found(old, renewed)).toEqual(Array(2).fill('instances warning pseudonym-key-differs'))
    tick = 49_000
    await renewed.checkInstances()
    expect(stateOf(renewed)).toBe('instances warning pseudonym-key-differs')
    tick = 51_000
    await renewed.checkInstances()
    expect(stateOf(renewed)).toBe('instances ok ')
  })

  test('is made beside the first challenge, and does not hold it up or fail it', async () => {
    const texts: string[] = []
    const store = memoryStore()
    const announce = (text: string): Promise<never> => {
      texts.push(text)
      return new Promise(() => {})
    }
    const never = serve({ store: { ...store, announce } })
    await never.challenge(request)
    await never.challenge(request)
    expect(texts).toHaveLength(1)
    const failing = serve({ store: { ...store, announce: () => Promise.reject(new Error('down')) } })
    expect((await failing.challenge(request)).purpose).toBe(request.purpose)
    await failing.checkInstances()
    expect(stateOf(failing)).toBe('instances ok ')
  })

  test('is renewed with a challenge when it is 15 s old, not before, and holds for 50 s', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    try {
      const lifetimes: number[] = []
      const announce = (text: string, lifetimeMs: number): string[] => {
        lifetimes.push(lifetimeMs)
        return [text]
      }
      const service = serve({ store: { ...memoryStore(), announce } })
      const counts: number[] = []
      for (const ms of [0, 14_999, 15_000, 15_001, 29_999, 30_000]) {
        clock.mockReturnValue(ms)
        await service.challenge(request)
        counts.push(lifetimes.length)
      }
      expect(counts).toEqual([1, 1, 2, 2, 2, 3])
      expect(new Set(lifetimes)).toEqual(new Set([50_000]))
    } finally {
      clock.mockRestore()
    }
  })

  test('is reported since it differs, and what is no announcement is passed over', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000 })
    try {
      let answers: unknown = []
      const announce = () => answers as string[]
      const service = serve({ store: { ...memoryStore(), announce } })
      const at = async (ms: number, announced: unknown) => {
        vi.setSystemTime(ms)
        answers = announced
        await service.checkInstances()
        const [{ state, reason, since }] = service.conditions() as [ReturnType<typeof service.conditions>[0]]
        return [state, reason, since?.getTime()]
      }
      expect(await at(2_000, undefined)).toEqual(['ok', undefined, undefined])
      expect(await at(3_000, [7, null, {}])).toEqual(['ok', undefined, undefined])
      expect(await at(4_000, ['https://other.example x'])).toEqual(['warning', 'origin-differs', 4_000])
      expect(await at(5_000, ['https://other.example x'])).toEqual(['warning', 'origin-differs', 4_000])
      const key = ['https://other.example x', 'https://issue.example x']
      expect(await at(6_000, key)).toEqual(['warning', 'pseudonym-key-differs', 6_000])
      expect(await at(7_000, [])).toEqual(['ok', undefined, 7_000])
      expect(await at(8_000, [])).toEqual(['ok', undefined, 7_000])
    } finally {
      vi.useRealTimers()
    }
  })

  test('is the origin, an HMAC under the pseudonym key for no other purpose, and what the instance says of itself', async () => {
    const texts: string[] = []
    const announce = (text: string): string[] => {
      texts.push(text)
      return [text]
    }
    const pseudonymKey = new Uint8Array(32).fill(9)
    await serve({ store: { ...memoryStore(), announce }, pseudonymKey }).checkInstances()
    const fingerprint = createHmac('sha256', pseudonymKey).update('jpki-card-instance:1\0').digest('base64url')
    expect(texts).toEqual([expect.stringMatching(/^https:\/\/issue\.example [\w-]{43} - - - [\w-]{8}$/)])
    expect(texts[0]!.split(' ')[1]).toBe(fingerprint)
    const more = { version: '1.0.0 beta', configuration: 'abc', instance: 'town-1:7' }
    await serve({ store: { ...memoryStore(), announce }, ...more }).checkInstances()
    expect(texts[1]!.split(' ').slice(2, 5)).toEqual(['1.0.0_beta', 'abc', 'town-1:7'])
  })

  test('is withdrawn when the service is closed, and not made again', async () => {
    const store = memoryStore()
    const [one, two] = [serve({ store }), serve({ store, ...otherKey })]
    expect(await found(one, two)).toEqual(Array(2).fill('instances warning pseudonym-key-differs'))
    await two.close()
    await two.checkInstances()
    two.refreshInstances()
    await one.checkInstances()
    expect(stateOf(one)).toBe('instances ok ')
  })

  test('that is under way while the service is closed does not stay', async () => {
    const store = memoryStore()
    let go = (): void => undefined
    const announce = async (text: string, lifetimeMs: number) => {
      const before = go
      if (lifetimeMs > 0) {
        await new Promise<void>((done) => {
          go = done
        })
      }
      expect(before).toBeDefined()
      return store.announce!(text, lifetimeMs)
    }
    const service = serve({ store: { ...store, announce } })
    const announcing = service.checkInstances()
    await service.close()
    go()
    await announcing
    expect(store.announce!('other', 0)).toEqual([])
  })

  test('is not asked of a store that has none', async () => {
    const { put, take } = memoryStore()
    const service = serve({ store: { put, take } })
    await service.checkInstances()
    expect(stateOf(service)).toBe('instances ok ')
  })
})

describe('version and configuration', () => {
  const differs = (...reasons: string[]) => reasons.map((reason) => ['failed', reason])
  const statesOf = (service: TokenService) =>
    service
      .conditions()
      .filter(({ state }) => state !== 'ok')
      .map(({ state, reason }) => [state, reason])
  const at = { version: '1.0.0', configuration: '1234567890abcdef' }

  test('that differ fail, each for its reason, with the values of both', async () => {
    const store = memoryStore()
    const services = [
      serve({ store, ...at, instance: 'a:1' }),
      serve({ store, ...at, version: '1.1.0', instance: 'b:2' }),
      serve({ store, ...at, configuration: 'fedcba0987654321' }),
    ]
    // The last one is new: the others looked before, and have their grace period.
    await services[0]!.checkInstances()
    for (const service of services.slice(1)) await service.checkInstances()
    expect(statesOf(services[1]!)).toEqual(differs('version-differs'))
    expect(statesOf(services[2]!)).toEqual(differs('version-differs', 'configuration-differs'))
    const [version, configuration] = services[2]!.conditions()
    expect(version!.detail).toBe('instances on this store have different versions: this one 1.0.0, others 1.1.0 (b:2)')
    expect(configuration!.detail).toBe(
      'instances on this store have different settings: digest of this one fedcba09, of others 12345678 (a:1), 12345678 (b:2)',
    )
    expect(version!.since).toBeInstanceOf(Date)
  })

  test('that are the same, or that one of both does not have, are no difference; neither are those of another origin', async () => {
    const store = memoryStore()
    const services = [serve({ store, ...at }), serve({ store, ...at }), serve({ store })]
    await found(...services)
    expect(services.map(statesOf)).toEqual([[], [], []])
    const other = serve({ store, ...at, version: '2.0.0', ...otherOrigin })
    await found(other, ...services)
    expect(statesOf(other)).toEqual([['warning', 'origin-differs']])
  })

  test('that change while an instance runs have five seconds, and are over soon after the last one differs', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    try {
      const store = memoryStore({ clock: () => 0 })
      const [one, two] = [serve({ store, ...at }), serve({ store, ...at })]
      const look = async (ms: number) => {
        clock.mockReturnValue(ms)
        one.refreshInstances()
        await new Promise((done) => setImmediate(done))
        return statesOf(one)
      }
      await found(one, two)
      two.reconfigure({ configuration: 'fedcba0987654321' })
      await new Promise((done) => setImmediate(done))
      expect(statesOf(two)).toEqual([])
      expect(await look(14_000)).toEqual([])
      expect(await look(15_000)).toEqual([])
      // It looks every two seconds now.
      expect(await look(17_000)).toEqual([])
      expect(await look(19_000)).toEqual([])
      expect(await look(21_000)).toEqual(differs('configuration-differs'))
      one.reconfigure({ configuration: 'fedcba0987654321' })
      await new Promise((done) => setImmediate(done))
      expect(statesOf(one)).toEqual([])
      await two.checkInstances()
      expect(statesOf(two)).toEqual([])
    } finally {
      clock.mockRestore()
    }
  })

  test('are listed for an operator, who announces nothing', async () => {
    const store = memoryStore()
    const pseudonymKey = new Uint8Array(32).fill(9)
    const own = { origin: 'https://issue.example', pseudonymKey, ...at }
    expect(await announcedInstances(store, own)).toEqual([])
    await serve({ store, ...at, pseudonymKey, instance: 'a:1' }).checkInstances()
    await serve({ store, ...at, ...otherKey, version: '0.9.0' }).checkInstances()
    await serve({ store, ...otherOrigin }).checkInstances()
    const same = { origin: own.origin, ...at, name: 'a:1', differs: [] }
    const old = { origin: own.origin, ...at, version: '0.9.0', name: undefined, differs: ['pseudonym-key', 'version'] }
    const bare = { ...otherOrigin, version: undefined, configuration: undefined, name: undefined, differs: ['origin'] }
    for (let i = 0; i < 2; i++) expect(await announcedInstances(store, own)).toEqual([same, old, bare])
    const { announce: _, ...without } = store
    expect(await announcedInstances(without, own)).toEqual([])
  })
})
