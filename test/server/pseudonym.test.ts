import { createHmac, createSecretKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { createAuthorities } from '../../src/emulator/index.ts'
import { pseudonymOf } from '../../src/server/token-service.ts'
import { authorities, now, read, user } from './fixture.ts'

const secret = new Uint8Array(32).fill(3)
const key = createSecretKey(secret)

test('the pseudonym is the HMAC documented in docs/server.md', () => {
  const [holder, ca] = [read(user.auth), read(authorities.authCa)]
  const length = (bytes: Uint8Array): string => bytes.length.toString(16).padStart(8, '0')
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const whole = `${length(ca.key.bits)}${length(holder.serial)}${hex(ca.key.bits)}${hex(holder.serial)}`
  const expected = createHmac('sha256', secret).update('jpki-card-holder:1\0').update(whole, 'hex').digest('base64url')
  expect(pseudonymOf(key, holder, ca)).toBe(expected)
})

test('one serial number of two generations of a CA, which have one name, is two holders', async () => {
  const next = read((await createAuthorities({ now })).authCa)
  const ca = read(authorities.authCa)
  expect(next.subject).toBe(ca.subject)
  expect(pseudonymOf(key, read(user.auth), next)).not.toBe(pseudonymOf(key, read(user.auth), ca))
})
