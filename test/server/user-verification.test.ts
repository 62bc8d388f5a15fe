import { beforeEach, expect, test } from 'vitest'
import type { JpkiPolicy } from '../../src/pki/trust/index.ts'
import { jpkiPolicies } from '../../src/pki/trust/index.ts'
import type { TokenServiceOptions } from '../../src/server/index.ts'
import type { UserVerification } from '../../src/user-verification.ts'
import { answer, events, refusal, request, serve } from './fixture.ts'

beforeEach(() => {
  events.length = 0
})

async function verified(claimed: UserVerification | undefined, change: Partial<TokenServiceOptions> = {}) {
  const service = serve(change)
  const token = await answer(await service.challenge(request))
  return service.verify({ ...token, ...(claimed && { userVerification: claimed }) }, request)
}

/** The policy of the holder's certificate, saying how holders are verified. */
const policy = (userVerification: UserVerification): Partial<TokenServiceOptions> => ({
  profiles: {
    policies: [
      { oid: jpkiPolicies.auth, use: 'auth', hierarchies: ['virtual'], userVerification, source: 'invented' },
    ] satisfies readonly JpkiPolicy[],
  },
})

test.each<[UserVerification | undefined, UserVerification]>([
  [undefined, 'pin'],
  ['pin', 'pin'],
  ['device', 'device'],
])(
  'a token that says %s is accepted as verified by %s, which is the word of the terminal',
  async (claimed, expected) => {
    const acceptance = await verified(claimed)
    expect(acceptance.userVerification).toEqual({ claimed: expected, byPolicy: undefined })
    expect(events.at(-1)).toMatchObject({ type: 'accepted', userVerification: expected })
  },
)

test.each(['face', 'sight'] as const)('%s is accepted only where it is named', async (claimed) => {
  expect(await refusal(() => verified(claimed))).toMatchObject({ code: 'ERR_USER_VERIFICATION', turn: 'clerk' })
  expect(events.at(-1)).toMatchObject({ type: 'refused', code: 'ERR_USER_VERIFICATION' })
  const { userVerification } = await verified(claimed, { userVerification: ['pin', claimed] })
  expect(userVerification.claimed).toBe(claimed)
})

test('a server for PINs only refuses a phone that verified its holder, by claim and by policy', async () => {
  const only = { userVerification: ['pin'] } as const
  expect(await refusal(() => verified('device', only))).toMatchObject({ code: 'ERR_USER_VERIFICATION' })
  expect(await refusal(() => verified('pin', { ...only, ...policy('device') }))).toMatchObject({
    code: 'ERR_USER_VERIFICATION',
  })
})

test('what the policy says is kept apart from what the terminal says, and must not contradict it', async () => {
  const acceptance = await verified('device', policy('device'))
  expect(acceptance.userVerification).toEqual({ claimed: 'device', byPolicy: 'device' })
  expect(events.at(-1)).toMatchObject({ userVerification: 'device', userVerificationByPolicy: 'device' })
  const error = await refusal(() => verified('pin', policy('device')))
  expect(error).toMatchObject({ code: 'ERR_USER_VERIFICATION' })
  expect(error.message).toBe('the terminal reports pin, the policy of the certificate says device')
})

test('a refused policy is named to the operator', async () => {
  const error = await refusal(() => verified('pin', { profiles: {}, hierarchies: ['production'] }))
  expect(error).toMatchObject({ code: 'ERR_CERTIFICATE_REFUSED', check: 'jpki-profile' })
  expect(error.message).toContain('of the virtual hierarchy, which is not accepted')
})

test.each([[[]], [['pin', 'iris']], ['pin']])(
  'userVerification %j is a TypeError that names it',
  (userVerification) => {
    expect(() => serve({ userVerification: userVerification as never })).toThrow(/userVerification must be some of pin/)
  },
)
