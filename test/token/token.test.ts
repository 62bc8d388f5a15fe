import { createPublicKey, diffieHellman } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/bytes.ts'
import { RefusalError } from '../../src/errors.ts'
import { isSecure } from '../../src/http-client.ts'
import { identifierPattern, isInstant } from '../../src/token/challenge.ts'
import {
  answerChallenge,
  createVisitKey,
  isIdentifier,
  isOrigin,
  isTokenFormat,
  parseChallenge,
  parseToken,
  type SignedClaims,
  type Token,
  type TokenChallenge,
  type TokenFormat,
  tokenFormat,
  tokenFormats,
  tokenMessage,
} from '../../src/token/index.ts'
import type { UserVerification } from '../../src/user-verification.ts'
import { thrown, vectors } from '../support/vectors.ts'

const nonce = Buffer.alloc(32, 7).toString('base64url')
const challenge: TokenChallenge = {
  format: tokenFormat,
  origin: 'https://issue.example',
  terminal: 'kiosk-1',
  purpose: 'residence-record',
  nonce,
  expiresAt: '2026-11-23T00:00:00.000Z',
}
const { expiresAt: _, ...claims } = challenge
const bytes = Buffer.from([1, 2, 3]).toString('base64')
/** The public key of Alice, RFC 7748 6.1. */
const visitKeyHex = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'
const visitKey = Buffer.from(visitKeyHex, 'hex').toString('base64url')
const format1 = 'jpki-card-token:1'
const signedClaims: SignedClaims = { ...claims, visitKey }
const token: Token = { ...signedClaims, algorithm: 'RS256', certificate: bytes, signature: bytes }
const { visitKey: _key, ...without } = token
const older: Token = { ...without, format: format1 }

describe('what is signed', () => {
  for (const { id, claims: given, message } of vectors<{ id: string; claims: SignedClaims; message: string }>(
    'token/message.json',
  )) {
    test(id, () => expect(Buffer.from(tokenMessage(given))).toEqual(Buffer.from(fromHex(message))))
  }

  test('differs for any two different sets of claims', () => {
    const name = fc.stringMatching(/^[a-z.]{0,3}[a-z]$/)
    fc.assert(
      fc.property(name, name, name, name, (a, b, c, d) => {
        const one = Buffer.from(tokenMessage({ ...signedClaims, terminal: a, purpose: b }))
        const other = Buffer.from(tokenMessage({ ...signedClaims, terminal: c, purpose: d }))
        expect(one.equals(other)).toBe(a === c && b === d)
      }),
    )
  })

  test('has the visit key in format 2, and never the same bytes in both formats', () => {
    const message = tokenMessage(signedClaims)
    expect([...message.subarray(-36)]).toEqual([0, 0, 0, 32, ...Buffer.from(visitKeyHex, 'hex')])
    const other = createVisitKey().publicKey
    expect(tokenMessage({ ...claims, visitKey: Buffer.from(other).toString('base64url') })).not.toEqual(message)
    const { visitKey: _, ...rest } = signedClaims
    const before = tokenMessage({ ...rest, format: format1 })
    expect(before).not.toEqual(message.subarray(0, before.length))
  })

  test('is nothing without the visit key in format 2, or with one in format 1', () => {
    for (const wrong of [claims, { ...signedClaims, format: format1 } as const]) {
      expect(() => tokenMessage(wrong)).toThrow(/^visitKey: /)
    }
  })
})

describe('a visit key', () => {
  const all = vectors<{ id: string; visitKey: string; accepted: boolean }>('token/visit-key.json')
  for (const { id, visitKey: key, accepted } of all) {
    test(`${id} is ${accepted ? 'accepted' : 'refused'}`, async () => {
      const message = () => tokenMessage({ ...claims, visitKey: key })
      if (accepted) expect([...message().subarray(-32)]).toEqual([...Buffer.from(key, 'base64url')])
      else
        expect(await thrown(message)).toMatchObject({
          code: 'ERR_TOKEN',
          message: expect.stringMatching(/^visitKey: /),
        })
    })
  }

  test('is refused where Node.js can agree on no secret with it, and of those the small ones only', () => {
    const { privateKey } = createVisitKey()
    const reduced = all.filter(({ id }) => /^(zero|one|order-8|other-order-8|p-minus-1)$/.test(id))
    expect(reduced).toHaveLength(5)
    const agree = (x: string) =>
      diffieHellman({
        privateKey,
        publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' }),
      })
    for (const { visitKey: key } of reduced) expect(() => agree(key)).toThrow()
    for (const { visitKey: key } of all.filter(({ accepted }) => accepted)) expect(agree(key)).toHaveLength(32)
  })

  test('is another for each visit, and its private key is of the same pair', () => {
    const made = Array.from({ length: 50 }, () => createVisitKey())
    expect(new Set(made.map(({ publicKey }) => Buffer.from(publicKey).toString('hex'))).size).toBe(50)
    for (const { publicKey, privateKey } of made) {
      expect(publicKey).toBeInstanceOf(Uint8Array)
      const x = Buffer.from(publicKey).toString('base64url')
      expect(privateKey.type).toBe('private')
      expect(createPublicKey(privateKey).export({ format: 'jwk' })).toEqual({ kty: 'OKP', crv: 'X25519', x })
      expect(parseToken({ ...token, visitKey: x }).visitKeyBytes).toEqual(publicKey)
    }
  })
})

test('the formats are two, and the newest has a visit key', () => {
  expect(tokenFormats).toEqual({ 'jpki-card-token:1': { visitKey: false }, 'jpki-card-token:2': { visitKey: true } })
  expect(tokenFormat).toBe('jpki-card-token:2')
  expect(
    [...Object.keys(tokenFormats), 'jpki-card-token:3', 'toString', '__proto__', '', 2, undefined].map(isTokenFormat),
  ).toEqual([true, true, ...Array.from({ length: 6 }, () => false)])
})

describe('the name of a terminal or purpose', () => {
  test.each(['a', '-', '.a', 'a.', '..a', '...a...', 'A-Z_0.9', 'n'.repeat(64)])('may be %j', (name) => {
    expect(isIdentifier(name)).toBe(true)
  })

  test.each(['', '.', '..', '.'.repeat(64), 'n'.repeat(65), 'a b', 'a/b', 'a\n', '名', 7, undefined])(
    'is never %j',
    (name) => {
      expect(isIdentifier(name)).toBe(false)
    },
  )

  test('has one form in code and interface', () => {
    const document = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'))
    expect(document.components.schemas.Identifier.pattern).toBe(identifierPattern.source)
  })
})

describe('a token', () => {
  test('is read with its bytes, from an object or its text', () => {
    for (const given of [token, JSON.stringify(token), JSON.stringify(token).padEnd(16_384)]) {
      const parsed = parseToken(given)
      expect([...parsed.certificateDer, ...parsed.signatureBytes]).toEqual([1, 2, 3, 1, 2, 3])
      expect(parsed.nonceBytes).toHaveLength(32)
      expect(parsed.caCertificateDer).toBeUndefined()
      expect([parsed.format, parsed.visitKey]).toEqual([tokenFormat, visitKey])
      expect(parsed.visitKeyBytes).toEqual(new Uint8Array(Buffer.from(visitKeyHex, 'hex')))
    }
  })

  test('of format 1 is read too, without a visit key', () => {
    const parsed = parseToken(JSON.stringify(older))
    expect([parsed.format, parsed.visitKeyBytes]).toEqual([format1, undefined])
    expect(parsed).not.toHaveProperty('visitKey')
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'ERR_TOKEN'],
    ['null', null, 'ERR_TOKEN'],
    ['a list', [token], 'ERR_TOKEN'],
    ['text that is no JSON', '{', 'ERR_TOKEN'],
    ['text without end', `"${'a'.repeat(20_000)}"`, 'ERR_TOKEN'],
    ['spaces up to 16 385 characters', JSON.stringify(token).padEnd(16_385), 'ERR_TOKEN'],
    ['an unknown field', { ...token, more: '' }, 'ERR_TOKEN'],
    ['another user verification', { ...token, userVerification: 'iris' }, 'ERR_TOKEN'],
    ['a missing field', { ...token, signature: undefined }, 'ERR_TOKEN'],
    ['a number for a text', { ...token, nonce: 7 }, 'ERR_TOKEN'],
    ['inherited fields', Object.create(token), 'ERR_TOKEN'],
    ['another format', { ...token, format: 'jpki-card-token:3' }, 'ERR_TOKEN'],
    ['the name of a property as its format', { ...token, format: 'constructor' }, 'ERR_TOKEN'],
    ['a visit key in format 1', { ...older, visitKey }, 'ERR_TOKEN'],
    ['an empty visit key in format 1', { ...older, visitKey: '' }, 'ERR_TOKEN'],
    ['no visit key in format 2', without, 'ERR_TOKEN'],
    ['a visit key that is no text', { ...token, visitKey: null }, 'ERR_TOKEN'],
    ['a visit key that is undefined', { ...token, visitKey: undefined }, 'ERR_TOKEN'],
    ['a visit key of bytes', { ...token, visitKey: Buffer.from(visitKeyHex, 'hex') }, 'ERR_TOKEN'],
    ['a visit key of 31 bytes', { ...token, visitKey: Buffer.alloc(31, 1).toString('base64url') }, 'ERR_TOKEN'],
    ['a visit key of 33 bytes', { ...token, visitKey: Buffer.alloc(33, 1).toString('base64url') }, 'ERR_TOKEN'],
    ['a visit key of zeros', { ...token, visitKey: Buffer.alloc(32).toString('base64url') }, 'ERR_TOKEN'],
    ['two visit keys', JSON.stringify(token).replace('{', `{"visitKey":"${visitKey}",`), 'ERR_TOKEN'],
    ['an origin with a path', { ...token, origin: 'https://issue.example/' }, 'ERR_TOKEN'],
    ['an origin of another scheme', { ...token, origin: 'ftp://issue.example' }, 'ERR_TOKEN'],
    ['a terminal with a space', { ...token, terminal: 'kiosk 1' }, 'ERR_TOKEN'],
    ['a terminal of one dot', { ...token, terminal: '.' }, 'ERR_TOKEN'],
    ['a purpose of two dots', { ...token, purpose: '..' }, 'ERR_TOKEN'],
    ['a purpose too long', { ...token, purpose: 'p'.repeat(65) }, 'ERR_TOKEN'],
    ['a nonce of 31 bytes', { ...token, nonce: Buffer.alloc(31).toString('base64url') }, 'ERR_TOKEN'],
    ['a nonce with padding', { ...token, nonce: `${nonce}=` }, 'ERR_TOKEN'],
    ['base64 with a line break', { ...token, signature: `${bytes}\n` }, 'ERR_TOKEN'],
    ['base64 in another form', { ...token, signature: 'AQIE_w==' }, 'ERR_TOKEN'],
    ['a certificate too long', { ...token, certificate: Buffer.alloc(8193).toString('base64') }, 'ERR_TOKEN'],
    ['an empty signature', { ...token, signature: '' }, 'ERR_TOKEN'],
    ['a CA certificate that is no text', { ...token, caCertificate: undefined }, 'ERR_TOKEN'],
    ['a CA certificate too long', { ...token, caCertificate: Buffer.alloc(8193).toString('base64') }, 'ERR_TOKEN'],
    ['a signature too long', { ...token, signature: Buffer.alloc(1025).toString('base64') }, 'ERR_TOKEN'],
    ['base64 without padding', { ...token, signature: 'AQI' }, 'ERR_TOKEN'],
    ['base64 with bits left over', { ...token, signature: 'AQJ=' }, 'ERR_TOKEN'],
    ['plain http to another machine', { ...token, origin: 'http://issue.example' }, 'ERR_TOKEN'],
    ['no algorithm', { ...token, algorithm: 'none' }, 'ERR_TOKEN_ALGORITHM'],
    ['a shared secret', { ...token, algorithm: 'HS256' }, 'ERR_TOKEN_ALGORITHM'],
  ])('with %s is refused', async (_name, given, code) => {
    const error = await thrown<RefusalError>(() => parseToken(given))
    expect([error.code, error.turn, error.retry]).toEqual([code, 'operator', false])
  })

  test('of any JSON is read or refused with a code, and the message repeats nothing of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.jsonValue()), (value) => {
        try {
          parseToken(value)
        } catch (error) {
          expect(error).toBeInstanceOf(RefusalError)
        }
      }),
    )
    const secret = 'SECRET-VALUE'
    for (const name of Object.keys(token)) {
      expect(() => parseToken({ ...token, [name]: `${secret} ` })).toThrow(expect.not.stringContaining(secret))
    }
  })
})

describe('a challenge', () => {
  test('is read as it was given', () => expect(parseChallenge(JSON.stringify(challenge))).toEqual(challenge))

  test.each([
    ['no time', { ...challenge, expiresAt: 'soon' }],
    ['a time that does not exist', { ...challenge, expiresAt: '2026-13-01T00:00:00Z' }],
    ['a day that does not exist', { ...challenge, expiresAt: '2026-02-30T00:00:00Z' }],
    ['a terminal of dots only', { ...challenge, terminal: '...' }],
    ['a short nonce', { ...challenge, nonce: 'AA' }],
  ])('with %s is refused', async (_name, given) => {
    expect((await thrown<RefusalError>(() => parseChallenge(given))).code).toBe('ERR_TOKEN')
  })

  test.each([
    ['another server', { origin: 'https://other.example' }, 'ERR_TOKEN_ORIGIN'],
    ['another terminal', { origin: challenge.origin, terminal: 'kiosk-2' }, 'ERR_TOKEN_TERMINAL'],
    ['another purpose', { origin: challenge.origin, purpose: 'income' }, 'ERR_TOKEN_PURPOSE'],
  ])('of %s is not shown to the card', async (_name, expected, code) => {
    let asked = 0
    const sign = async () => {
      asked++
      return { algorithm: 'RS256', signature: Uint8Array.of(1), certificate: Uint8Array.of(2) }
    }
    const error = await thrown<RefusalError>(() => answerChallenge(challenge, expected, { sign }))
    expect([error.code, asked]).toEqual([code, 0])
    const answer = await answerChallenge(challenge, { origin: challenge.origin }, { sign })
    expect(parseToken(answer).nonceBytes).toEqual(new Uint8Array(32).fill(7))
  })

  test('is not answered with a signature no token holds', async () => {
    const sign = async () => ({
      algorithm: 'rsa-bare-sha256',
      signature: Uint8Array.of(1),
      certificate: Uint8Array.of(2),
    })
    const error = await thrown<RefusalError>(() => answerChallenge(challenge, challenge, { sign }))
    expect(error.code).toBe('ERR_TOKEN_ALGORITHM')
  })

  test('of an older format is not shown to the card where the terminal expects another, or has a visit key', async () => {
    let asked = 0
    const sign = async () => {
      asked++
      return { algorithm: 'RS256', signature: Uint8Array.of(1), certificate: Uint8Array.of(2) }
    }
    const { origin } = challenge
    const inFormat1 = { ...challenge, format: format1 } as const
    const { publicKey } = createVisitKey()
    for (const [given, expected] of [
      [inFormat1, { origin, format: tokenFormat }],
      [inFormat1, { origin, visitKey: publicKey }],
      [inFormat1, { origin, format: format1, visitKey: publicKey }],
      [challenge, { origin, format: format1 }],
      [challenge, { origin, visitKey: publicKey.subarray(1) }],
      [challenge, { origin, visitKey: new Uint8Array(32) }],
    ] as const) {
      const error = await thrown<RefusalError>(() => answerChallenge(given, expected, { sign }))
      expect([error.code, asked]).toEqual(['ERR_TOKEN', 0])
    }
    expect(await answerChallenge(inFormat1, { origin, format: format1 }, { sign })).toEqual({
      ...{ ...claims, format: format1 },
      algorithm: 'RS256',
      certificate: 'Ag==',
      signature: 'AQ==',
    })
  })
})

test('an origin has one form', () => {
  expect(['https://a.example', 'http://localhost:8080', 'https://[::1]:1'].map(isOrigin)).toEqual([true, true, true])
  const wrong = [
    'https://a.example/',
    'https://A.example',
    'https://a.example:443',
    'a.example',
    'http://a.example',
    'http://localhost.example',
    'https://u@a.example',
    7,
  ]
  expect(wrong.map(isOrigin)).toEqual(wrong.map(() => false))
})

describe('an answer of the card', () => {
  const signed = { algorithm: 'PS256', signature: Uint8Array.of(1, 2), certificate: Uint8Array.of(3) }

  test('goes into the token with what was signed, and with the CA certificate if there is one', async () => {
    const messages: Uint8Array[] = []
    const answer = (more: object) =>
      answerChallenge(
        challenge,
        { ...challenge, visitKey: Buffer.from(visitKeyHex, 'hex') },
        {
          sign: async (message) => {
            messages.push(message)
            return { ...signed, ...more }
          },
        },
      )
    const own = { ...claims, visitKey, algorithm: 'PS256', certificate: 'Aw==', signature: 'AQI=' }
    expect(await answer({})).toEqual(own)
    expect(Object.keys(await answer({}))).not.toContain('caCertificate')
    expect(await answer({ caCertificate: Uint8Array.of(4) })).toEqual({ ...own, caCertificate: 'BA==' })
    for (const message of messages) expect(message).toEqual(tokenMessage({ ...claims, visitKey }))
  })

  test('without a visit key of the terminal is over one made for it, another each time', async () => {
    const messages: Uint8Array[] = []
    const sign = async (message: Uint8Array) => {
      messages.push(message)
      return signed
    }
    const made = [
      await answerChallenge(challenge, challenge, { sign }),
      await answerChallenge(challenge, challenge, { sign }),
    ]
    expect(made.map((one) => Buffer.from(tokenMessage(one)))).toEqual(messages.map((one) => Buffer.from(one)))
    expect(made[0]!.visitKey).not.toBe(made[1]!.visitKey)
    for (const one of made) expect(parseToken(one).visitKeyBytes).toHaveLength(32)
  })

  test('says how the holder was verified unless that is the PIN, which is what a token without it says', async () => {
    const answer = (userVerification: UserVerification | undefined) =>
      answerChallenge(challenge, challenge, { sign: async () => ({ ...signed, userVerification }) })
    for (const way of ['device', 'face', 'sight'] as const) expect((await answer(way)).userVerification).toBe(way)
    for (const way of ['pin', undefined] as const) expect(await answer(way)).not.toHaveProperty('userVerification')
  })

  test('to a nonce of another length is refused with the name of that field', async () => {
    const error = await thrown<RefusalError>(() => tokenMessage({ ...claims, nonce: 'AA' }))
    expect(error).toMatchObject({ code: 'ERR_TOKEN', message: expect.stringMatching(/^nonce: /) })
  })

  test.each<[string, object]>([
    ['another format', { format: 'jpki-card-token:3' }],
    ['no origin', { origin: 'https://issue.example/' }],
    ['a terminal of dots', { terminal: '..' }],
    ['a purpose with a blank', { purpose: 'a b' }],
    ['a short nonce', { nonce: 'AA' }],
  ])('is not asked for to a challenge of %s', async (_name, change) => {
    let asked = 0
    const sign = async () => {
      asked++
      return signed
    }
    const wrong = { ...challenge, ...change } as TokenChallenge
    const error = await thrown<RefusalError>(() => answerChallenge(wrong, wrong, { sign }))
    expect([error.code, asked]).toEqual(['ERR_TOKEN', 0])
  })

  test('is held against what the terminal knows, as far as it knows it', async () => {
    const sign = async () => signed
    const { origin } = challenge
    for (const more of [{}, { terminal: 'kiosk-1' }, { purpose: 'residence-record' }]) {
      expect((await answerChallenge(challenge, { origin, ...more }, { sign })).nonce).toBe(nonce)
    }
  })
})

test.each([
  ['2026-06-01T00:00:00Z', true],
  ['2026-06-01T23:59:59.9Z', true],
  ['2026-06-01T23:59:59.99Z', true],
  ['2026-06-01T23:59:59.999Z', true],
  ['2024-02-29T00:00:00Z', true],
  ['2026-06-01T00:00:00.Z', false],
  ['2026-06-01T00:00:00.1234Z', false],
  ['2026-06-01T00:00:00', false],
  ['2026-06-01T00:00:00+00:00', false],
  [' 2026-06-01T00:00:00Z', false],
  ['2026-06-01T00:00:00Z ', false],
  ['+002026-06-01T00:00:00Z', false],
  ['2026-02-29T00:00:00Z', false],
  ['2026-13-01T00:00:00Z', false],
  ['2026-06-01T24:00:00Z', false],
  ['2026-06-01T00:00:60Z', false],
  ['2026-6-01T00:00:00Z', false],
  ['2026-06-1T00:00:00Z', false],
  ['2026-06-01T0:00:00Z', false],
  ['2026-06-01', false],
  [new Date(0), false],
  [['2026-06-01T00:00:00Z'], false],
  [undefined, false],
] as const)('%j is an instant: %j', (text, is) => expect(isInstant(text)).toBe(is))

test.each([
  ['http://localhost', true],
  ['http://127.0.0.1:3000', true],
  ['http://127.10.200.30', true],
  ['http://[::1]:8080', true],
  ['https://issue.example:8443', true],
  ['http://localhost.example', false],
  ['http://mylocalhost', false],
  ['http://127.0.0.1.example', false],
  ['http://a127.0.0.1.example', false],
  ['http://128.0.0.1', false],
  ['http://[::2]', false],
  ['http://[::1:1]', false],
  ['ftp://localhost', false],
  ['wss://issue.example', false],
])('an origin may be %s: %j', (origin, is) => {
  expect([isOrigin(origin), isSecure(new URL(origin))]).toEqual([is, is])
})

test('an origin has at most 256 characters, whichever was met before', () => {
  const sized = (length: number): string => `https://${'a.'.repeat(200)}`.slice(0, length - 1).padEnd(length, 'a')
  expect([256, 257].map((length) => isOrigin(sized(length)))).toEqual([true, false])
  expect(['https://a.example', 'https://b.example/', 'https://a.example', 'https://a.example/'].map(isOrigin)).toEqual([
    true,
    false,
    true,
    false,
  ])
  expect([undefined, null, {}, ['https://a.example']].map(isOrigin)).toEqual([false, false, false, false])
})

test('the words of a challenge are checked as those of a token', () => {
  expect(() => tokenMessage({ ...signedClaims, format: 'jpki-card-token:3' as TokenFormat })).toThrow(RefusalError)
  expect(parseChallenge({ ...challenge, format: format1 }).format).toBe(format1)
  expect(() => parseChallenge({ ...challenge, visitKey })).toThrow(RefusalError)
  expect(Object.keys(parseChallenge(challenge)).sort()).toEqual(Object.keys(challenge).sort())
  for (const name of Object.keys(challenge)) {
    expect(() => parseChallenge({ ...challenge, [name]: undefined })).toThrow(RefusalError)
  }
  expect(() => parseChallenge({ ...challenge, more: 'x' })).toThrow(RefusalError)
  expect(() => parseChallenge({ ...challenge, format: 'other' })).toThrow(RefusalError)
})
