import { describe, expect, test } from 'vitest'
import { memoryStore, type TokenServiceOptions } from '../../src/server/index.ts'
import { OpenChallenges } from '../../src/server/open-challenges.ts'
import { thrown } from '../support/vectors.ts'
import { answer, request, serve } from './fixture.ts'

const nonce = (value: number): Uint8Array => new Uint8Array(32).fill(value)

describe('the open challenges of a terminal', () => {
  test('are bounded: its own oldest gives way, and those of others stay', async () => {
    const service = serve({ challengesPerTerminal: 2 })
    const other = { ...request, terminal: 'kiosk-2' }
    const kept = await answer(await service.challenge(other))
    const [first, second, third] = [1, 2, 3].map(() => service.challenge(request))
    const tokens = await Promise.all([first!, second!, third!].map(async (one) => answer(await one)))
    expect(await thrown(() => service.verify(tokens[0], request))).toMatchObject({ code: 'ERR_NONCE_UNKNOWN' })
    expect(await service.verify(tokens[1], request)).toMatchObject(request)
    expect(await service.verify(tokens[2], request)).toMatchObject(request)
    expect(await service.verify(kept, other)).toMatchObject(other)
  })

  test('do not fill the store for others: 17 terminals that ask without end', async () => {
    const service = serve({ store: memoryStore({ maxNonces: 200 }), challengesPerTerminal: 10 })
    for (let i = 0; i < 17 * 50; i++) await service.challenge({ ...request, terminal: `kiosk-${i % 17}` })
    expect(
      await service.verify(await answer(await service.challenge({ ...request, terminal: 'other' })), {
        terminal: 'other',
      }),
    ).toMatchObject({ terminal: 'other' })
  })

  test('are not those that were answered', async () => {
    const service = serve({ challengesPerTerminal: 1 })
    for (let i = 0; i < 3; i++) {
      expect(await service.verify(await answer(await service.challenge(request)), request)).toMatchObject(request)
    }
  })

  test('that have expired are forgotten, and none is withdrawn for them', () => {
    const open = new OpenChallenges(2)
    expect(open.add('a', nonce(1), 100, 0)).toBeUndefined()
    expect(open.add('a', nonce(2), 150, 50)).toBeUndefined()
    expect(open.add('a', nonce(3), 160, 60)).toEqual(nonce(1))
    expect(open.add('a', nonce(4), 300, 200)).toBeUndefined()
    open.remove('a', nonce(4))
    expect(open.add('a', nonce(5), 310, 210)).toBeUndefined()
  })

  test.each([0, 1.5, 100_001, Number.NaN])('in the number of %d are misuse', async (challengesPerTerminal) => {
    expect(await thrown(async () => serve({ challengesPerTerminal } as Partial<TokenServiceOptions>))).toBeInstanceOf(
      RangeError,
    )
  })
})
