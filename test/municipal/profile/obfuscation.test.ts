import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asciiBytes } from '../../../src/bytes.ts'
import { createVirtualCard, type Identity } from '../../../src/emulator/index.ts'
import { loadProfile } from '../../../src/municipal/application/load-profile.ts'
import { readIssuanceRecord } from '../../../src/municipal/application/read-record.ts'
import { exampleProfile } from '../../support/profiles.ts'
import { identity } from '../../support/virtual.ts'

const profile = loadProfile(exampleProfile('free-area-example'))

async function objectOf(person: Identity, userId: string, obfuscation: 0 | 1 | 2): Promise<Uint8Array> {
  const card = await createVirtualCard({ identity: person, issuance: { userId, obfuscation } })
  card.powerOn()
  const select = Uint8Array.of(0x00, 0xa4, 0x04, 0x0c, profile.application.aid.length, ...profile.application.aid)
  await card.exchange(select)
  const answer = await card.exchange(Uint8Array.of(0x00, 0xca, 0x00, 0x66, 0x00))
  return answer.subarray(0, -2)
}

test('every id comes back from every mode', async () => {
  const person = await identity()
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[0-9]{18}$/), fc.constantFrom(0, 1, 2), async (userId, mode) => {
      const user = await objectOf(person, userId, mode)
      expect(readIssuanceRecord(profile, { user }).userId.reveal()).toBe(userId)
      expect(user.subarray(17, 19)).toEqual(asciiBytes(`${mode}0`))
    }),
    { numRuns: 200 },
  )
})
