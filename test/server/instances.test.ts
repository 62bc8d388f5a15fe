import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { memoryStore, type NonceStore, redisStore, type TokenService } from '../../src/server/index.ts'
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
    expect(own).toMatch(/^https:\/\/issue\.example [\w-]{43}$/)
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
    tick = 299_000
    await renewed.checkInstances()
    expect(stateOf(renewed)).toBe('instances warning pseudonym-key-differs')
    tick = 301_000
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

  test('is renewed with a challenge when it is 60 s old, not before, and holds for 300 s', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    try {
      const lifetimes: number[] = []
      const announce = (text: string, lifetimeMs: number): string[] => {
        lifetimes.push(lifetimeMs)
        return [text]
      }
      const service = serve({ store: { ...memoryStore(), announce } })
      const counts: number[] = []
      for (const ms of [0, 59_999, 60_000, 60_001, 119_999, 120_000]) {
        clock.mockReturnValue(ms)
        await service.challenge(request)
        counts.push(lifetimes.length)
      }
      expect(counts).toEqual([1, 1, 2, 2, 2, 3])
      expect(new Set(lifetimes)).toEqual(new Set([300_000]))
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

  test('is the origin and an HMAC under the pseudonym key, for no other purpose', async () => {
    const texts: string[] = []
    const announce = (text: string): string[] => {
      texts.push(text)
      return [text]
    }
    const pseudonymKey = new Uint8Array(32).fill(9)
    await serve({ store: { ...memoryStore(), announce }, pseudonymKey }).checkInstances()
    const fingerprint = createHmac('sha256', pseudonymKey).update('jpki-card-instance:1\0').digest('base64url')
    expect(texts).toEqual([`https://issue.example ${fingerprint}`])
  })

  test('is not asked of a store that has none', async () => {
    const { put, take } = memoryStore()
    const service = serve({ store: { put, take } })
    await service.checkInstances()
    expect(stateOf(service)).toBe('instances ok ')
  })
})
