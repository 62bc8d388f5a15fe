import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.ts'
import {
  chain,
  forward,
  inverse,
  SecureMessagingSession,
  unchain,
} from '../../src/emulator/secure-messaging/session.ts'
import { vectors } from '../support/vectors.ts'

interface Case {
  readonly id: string
  readonly key: string
  readonly counter: number
  readonly plain: string
  readonly ciphertext: string
}

// NIST SP 800-38A F.2.1 and F.2.2, CBC-AES128.
const nist = {
  key: fromHex('2B7E151628AED2A6ABF7158809CF4F3C'),
  vector: fromHex('000102030405060708090A0B0C0D0E0F'),
  plain: fromHex(
    '6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E5130C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710',
  ),
  ciphertext:
    '7649ABAC8119B246CEE98E9B12E9197D5086CB9B507219EE95DB113A917678B273BED6B8E3C1743B7116E69E222295163FF1CAA1681FAC09120ECA307586E1A7',
}

describe('the chaining', () => {
  test('encrypts as NIST SP 800-38A F.2.1', () => {
    expect(toHex(chain(forward(nist.key), nist.vector, nist.plain))).toBe(nist.ciphertext)
  })

  test('decrypts as NIST SP 800-38A F.2.2', () => {
    expect(unchain(inverse(nist.key), nist.vector, fromHex(nist.ciphertext))).toEqual(nist.plain)
  })
})

describe('a session', () => {
  const at = ({ key, counter }: Case): SecureMessagingSession => {
    const session = new SecureMessagingSession(fromHex(key))
    for (let i = 0; i < counter; i++) session.advance()
    return session
  }

  test.each(vectors<Case>('juki/secure-messaging.json'))('$id', (one) => {
    expect(toHex(at(one).encrypt(fromHex(one.plain)))).toBe(one.ciphertext)
    expect(toHex(at(one).decrypt(fromHex(one.ciphertext))!)).toBe(one.plain)
  })

  test('does not decrypt under another counter, half a block or what is not padded', () => {
    const [one] = vectors<Case>('juki/secure-messaging.json')
    const session = at(one!)
    expect(session.decrypt(new Uint8Array(0))).toBeUndefined()
    expect(session.decrypt(fromHex(one!.ciphertext).subarray(0, 8))).toBeUndefined()
    const key = fromHex(one!.key)
    const initial = forward(key)(fromHex(`${'00'.repeat(15)}01`))
    for (const wrong of ['00'.repeat(16), `80${'00'.repeat(16)}${'00'.repeat(15)}`, `${'00'.repeat(15)}81`]) {
      expect(session.decrypt(chain(forward(key), initial, fromHex(wrong)))).toBeUndefined()
    }
    session.advance()
    expect(session.decrypt(fromHex(one!.ciphertext))).toBeUndefined()
  })
})
