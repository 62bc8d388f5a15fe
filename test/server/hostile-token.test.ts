import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RefusalError } from '../../src/errors.ts'
import { type Token, tokenAlgorithms } from '../../src/token/index.ts'
import { answer, events, request, serve } from './fixture.ts'

/** What a service says of a token: accepted, or a coded refusal whose message repeats nothing. Anything else fails. */
async function outcome(service: ReturnType<typeof serve>, token: unknown): Promise<string> {
  try {
    await service.verify(token, { terminal: request.terminal })
    return 'accepted'
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
    return error.code
  }
}

const fields = ['format', 'origin', 'terminal', 'purpose', 'nonce', 'algorithm', 'certificate', 'signature'] as const

/** One change of a good token in one place. */
const change = fc.oneof(
  fc.record({ name: fc.constantFrom(...fields), value: fc.oneof(fc.jsonValue(), fc.string()) }),
  fc.record({
    name: fc.constantFrom(...fields),
    at: fc.nat(4000),
    character: fc.string({ minLength: 1, maxLength: 1 }),
  }),
  fc.record({ name: fc.constantFrom(...fields), cut: fc.nat(4000) }),
  fc.record({ name: fc.constant('algorithm' as const), value: fc.constantFrom(...tokenAlgorithms) }),
)

function changed(token: Token, one: object & { name: keyof Token }): unknown {
  const text = String(token[one.name])
  if ('value' in one) return { ...token, [one.name]: one.value }
  if ('cut' in one) return { ...token, [one.name]: text.slice(0, (one.cut as number) % text.length) }
  const { at, character } = one as unknown as { at: number; character: string }
  const where = at % text.length
  return { ...token, [one.name]: text.slice(0, where) + character + text.slice(where + 1) }
}

describe('whatever is handed in', () => {
  test('any JSON is refused with a code', async () => {
    const service = serve()
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.json(), fc.string()), async (value) => {
        expect(await outcome(service, value)).toMatch(/^ERR_TOKEN/)
      }),
    )
  })

  test('a good token with one change is refused with a code, and not written down', async () => {
    const service = serve({ challengeLifetimeMs: 600_000 })
    await fc.assert(
      fc.asyncProperty(change, fc.boolean(), async (one, asText) => {
        events.length = 0
        const token = await answer(await service.challenge(request))
        const given = changed(token, one)
        const same = JSON.stringify(given) === JSON.stringify(token)
        const found = await outcome(service, asText ? JSON.stringify(given) : given)
        expect(found === 'accepted').toBe(same)
        const written = JSON.stringify(events)
        for (const secret of [token.certificate, token.signature, token.nonce]) expect(written).not.toContain(secret)
      }),
      { numRuns: 150 },
    )
  })

  test.each([
    ['depth', '['.repeat(16_000)],
    ['many fields', JSON.stringify(Object.fromEntries([...Array(2000).keys()].map((i) => [`f${i}`, ''])))],
    ['a field named as the prototype', '{"__proto__":{"format":"jpki-card-token:2"}}'],
    ['escapes', `"${'\\u0000'.repeat(2000)}"`],
  ])('%s is refused as no token', async (_name, text) => {
    expect(await outcome(serve(), text)).toBe('ERR_TOKEN')
  })
})
