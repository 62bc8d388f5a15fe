import { describe, expect, test } from 'vitest'
import { DeskClient } from '../../src/issuance/index.ts'
import { outcome } from '../server/issuance/fixture.ts'
import { servedDesk } from './served.ts'

const stop = { id: '0-0', causes: 1, at: '2026-06-01T00:00:00.000Z', reason: 'subject', case: 'A'.repeat(32) }

describe('a desk, for a clerk', () => {
  test('is stopped and resumed', async () => {
    const handlerOptions = {
      clerkOf: (request: Request) =>
        request.headers.get('authorization') === 'Bearer a-token-of-a-clerk' ? 'clerk-1' : undefined,
    }
    await using town = await servedDesk(handlerOptions)
    const clerk = new DeskClient(town.url, { token: 'a-token-of-a-clerk' })
    expect(await clerk.state()).toEqual({ stopped: false })
    expect(await outcome(clerk.resume('why', '0-0'))).toBe('ERR_CASE_STATE')
    const stopped = { id: '0-0', causes: 1, reason: 'clerk', clerk: 'clerk-1', note: 'why', at: Date.UTC(2026, 5, 1) }
    expect(await clerk.stop('why')).toMatchObject({ stopped: true, stop: stopped })
    expect(await outcome(clerk.resume('found', '0-1'))).toBe('ERR_CASE_STATE')
    expect(await clerk.resume('found', '0-0')).toEqual({ stopped: false })
    const other = new DeskClient(town.url, { token: 'another-token-of-it' })
    await expect(other.state()).rejects.toMatchObject({ code: 'ERR_SERVER', status: 403 })
  })

  test.each<[unknown, string]>([
    [{ stopped: true, stop }, 'done'],
    [{ stopped: false }, 'done'],
    [{ stopped: true }, 'ERR_SERVER'],
    [{ stopped: 'no' }, 'ERR_SERVER'],
    [{ stop }, 'ERR_SERVER'],
    [{ stopped: true, stop: { ...stop, at: 1 } }, 'ERR_SERVER'],
    [{ stopped: true, stop: { ...stop, id: 'x' } }, 'ERR_SERVER'],
    [{ stopped: true, stop: { ...stop, causes: '1' } }, 'ERR_SERVER'],
    [{ stopped: true, stop: { ...stop, case: 'short' } }, 'ERR_SERVER'],
    [{ stopped: true, stop: { ...stop, note: 1 } }, 'ERR_SERVER'],
    [[], 'ERR_SERVER'],
    [null, 'ERR_SERVER'],
  ])('an answer %j: %s', async (answer, code) => {
    const fetch = async () => new Response(JSON.stringify(answer))
    const clerk = new DeskClient('https://issue.example', { token: 'a-token-of-a-clerk', fetch })
    expect(await outcome(clerk.state())).toBe(code)
  })

  test('has an address that is secure', () => {
    expect(() => new DeskClient('http://issue.example', { token: 'a-token-of-a-clerk' })).toThrow(TypeError)
  })
})
