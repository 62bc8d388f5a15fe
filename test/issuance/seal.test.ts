import { randomBytes } from 'node:crypto'
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { describe, expect, test } from 'vitest'
import { hpkeOpen, hpkeSeal } from '../../src/issuance/hpke.ts'
import {
  openDocument,
  type Page,
  type SealContext,
  type SealedDocument,
  sealDocument,
} from '../../src/issuance/index.ts'
import { createVisitKey, type VisitKey } from '../../src/token/index.ts'

/** RFC 9180 by an implementation that is not ours. */
const other = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })

const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

describe('HPKE', () => {
  const sizes: readonly [info: number, aad: number, text: number][] = [
    [0, 0, 0],
    [0, 0, 1],
    [20, 0, 29],
    [1, 31, 16],
    [300, 300, 65_537],
  ]
  test.each(sizes)('what is sealed here opens elsewhere: %i, %i, %i bytes', async (...lengths) => {
    const [info, aad, text] = lengths.map((length) => new Uint8Array(randomBytes(length))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    const recipientKey = await other.kem.generateKeyPair()
    const raw = new Uint8Array(await other.kem.serializePublicKey(recipientKey.publicKey))
    const half = text.length >> 1
    const { enc, ciphertext } = hpkeSeal(raw, info, aad, [text.subarray(0, half), text.subarray(half)])
    const opened = await other.open(
      { recipientKey, enc: buffer(enc), info: buffer(info) },
      buffer(ciphertext),
      buffer(aad),
    )
    expect(Buffer.from(opened).equals(text)).toBe(true)
  })

  test.each(sizes)('what is sealed elsewhere opens here: %i, %i, %i bytes', async (...lengths) => {
    const [info, aad, text] = lengths.map((length) => new Uint8Array(randomBytes(length))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    const own = createVisitKey()
    const recipientPublicKey = await other.kem.deserializePublicKey(buffer(own.publicKey))
    const sealed = await other.seal({ recipientPublicKey, info: buffer(info) }, buffer(text), buffer(aad))
    const encrypted = { enc: new Uint8Array(sealed.enc), ciphertext: new Uint8Array(sealed.ct) }
    expect(Buffer.from(hpkeOpen(own, info, aad, encrypted)!).equals(text)).toBe(true)
  })

  test('a key of small order seals nothing, and opens nothing', () => {
    const none = new Uint8Array()
    for (const key of [new Uint8Array(32), Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0))]) {
      expect(() => hpkeSeal(key, none, none, [none])).toThrow()
      const encrypted = { enc: key, ciphertext: new Uint8Array(16) }
      expect(hpkeOpen(createVisitKey(), none, none, encrypted)).toBeUndefined()
    }
  })
})

describe('a sealed document', () => {
  const key = createVisitKey()
  const context: SealContext = {
    origin: 'https://issue.example',
    case: 'A'.repeat(32),
    fence: 3,
    terminal: 'kiosk-1',
    challengeDigest: 'D'.repeat(43),
    holder: 'holder-1',
    deadline: 1_000,
  }
  const page = (text: string, subject = 'subject-1'): Page => {
    return { document: 'residence-record', mediaType: 'text/plain', subject, content: new TextEncoder().encode(text) }
  }
  const pages = [page('one'), page('two'), page('三')]
  const expected = { pageCount: 3, now: 999 }
  const sealed = sealDocument(key.publicKey, context, 'subject-1', pages)

  /** Why it is refused; `opened` when it is not. */
  const reason = (value: unknown, more: Partial<SealContext> = {}, visit: VisitKey = key, what = expected): unknown => {
    try {
      openDocument(visit, { ...context, ...more }, value, what)
      return 'opened'
    } catch (error) {
      const { code, reason } = error as { code?: string; reason?: string }
      return code === 'ERR_SEAL' ? reason : error
    }
  }

  test('opens in its visit, with all pages in order', () => {
    const opened = openDocument(key, context, JSON.parse(JSON.stringify(sealed)), expected)
    expect(opened).toEqual({ subject: 'subject-1', pages })
  })

  test.each<[keyof SealContext, Partial<SealContext>]>([
    ['origin', { origin: 'https://other.example' }],
    ['case', { case: 'B'.repeat(32) }],
    ['fence', { fence: 4 }],
    ['terminal', { terminal: 'kiosk-2' }],
    ['challengeDigest', { challengeDigest: 'E'.repeat(43) }],
    ['holder', { holder: 'holder-2' }],
    ['deadline', { deadline: 2_000 }],
  ])('is bound to the %s', (_, more) => {
    expect(reason(sealed, more)).toBe('context')
    // Also where the case beside the ciphertext is changed accordingly.
    expect(reason({ ...sealed, case: more.case ?? sealed.case }, more)).toBe('context')
  })

  test('does not open in another visit, nor later', () => {
    expect(reason(sealed, {}, createVisitKey())).toBe('context')
    expect(reason(sealed, {}, key, { pageCount: 3, now: 1_000 })).toBe('deadline')
  })

  test('is refused when pages are missing, or of another person', () => {
    expect(reason(sealed, {}, key, { pageCount: 2, now: 0 })).toBe('page-count')
    const two = sealDocument(key.publicKey, context, 'subject-1', pages.slice(1))
    expect(reason(two)).toBe('page-count')
    const mixed = sealDocument(key.publicKey, context, 'subject-1', [
      page('one'),
      page('two', 'subject-2'),
      page('three'),
    ])
    expect(reason(mixed)).toBe('subject')
  })

  test('does not open when any byte is changed', () => {
    const ciphertext = Buffer.from(sealed.ciphertext, 'base64')
    for (let i = 0; i < ciphertext.length; i++) {
      const changed = Buffer.from(ciphertext)
      changed[i]! ^= 1 << (i % 8)
      expect(reason({ ...sealed, ciphertext: changed.toString('base64') })).toBe('context')
    }
    const enc = Buffer.from(sealed.enc, 'base64url')
    for (let i = 0; i < enc.length; i++) {
      const changed = Buffer.from(enc)
      changed[i]! ^= 1
      expect(reason({ ...sealed, enc: changed.toString('base64url') })).toBe('context')
    }
    expect(reason({ ...sealed, ciphertext: ciphertext.subarray(0, 15).toString('base64') })).toBe('context')
  })

  test.each<[string, unknown]>([
    ['no object', undefined],
    ['a list', []],
    ['another format', { ...sealed, format: 'jpki-card-sealed-document:2' }],
    ['no case', { ...sealed, case: undefined }],
    ['a number', { ...sealed, ciphertext: 1 }],
    ['no base64', { ...sealed, ciphertext: '!' }],
    ['no base64url', { ...sealed, enc: '+/' }],
  ])('is refused for its form: %s', (_, value) => {
    expect(reason(value)).toBe('form')
  })

  /** What only the server itself could send: a text that is sealed rightly, with a wrong manifest. */
  const withText = (text: Uint8Array): SealedDocument => {
    const framed = (texts: readonly string[]) =>
      Buffer.concat(
        texts.flatMap((one) => {
          const length = Buffer.alloc(4)
          length.writeUInt32BE(Buffer.byteLength(one))
          return [length, Buffer.from(one)]
        }),
      )
    const info = framed([sealed.format, context.origin, context.terminal, context.challengeDigest])
    const aad = framed([context.case, '3', context.holder, '1000'])
    const { enc, ciphertext } = hpkeSeal(key.publicKey, info, aad, [text])
    const base64 = Buffer.from(ciphertext).toString('base64')
    return { ...sealed, enc: Buffer.from(enc).toString('base64url'), ciphertext: base64 }
  }
  const manifest = (value: unknown, bytes = '', length?: number): Uint8Array => {
    const text = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
    const head = Buffer.alloc(4)
    head.writeUInt32BE(length ?? text.length)
    return Buffer.concat([head, text, Buffer.from(bytes)])
  }
  const sha256 = 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0'
  const entry = { document: 'd', mediaType: 'text/plain', subject: 's', length: 3, sha256 }

  test.each<[string, Uint8Array]>([
    ['opened', manifest({ subject: 's', pages: [entry] }, 'abc')],
    ['form', new Uint8Array(3)],
    ['form', manifest({}, '', 1_000)],
    ['form', manifest('not JSON')],
    ['form', manifest({ subject: 's' })],
    ['form', manifest({ pages: [entry] }, 'abc')],
    ['form', manifest({ subject: 's', pages: [{ ...entry, length: -1 }] }, 'abc')],
    ['form', manifest({ subject: 's', pages: [{ ...entry, length: 0 }] })],
    ['form', manifest({ subject: 's', pages: [null] })],
    ['digest', manifest({ subject: 's', pages: [entry] }, 'abd')],
    ['digest', manifest({ subject: 's', pages: [entry] }, 'ab')],
    ['digest', manifest({ subject: 's', pages: [entry] }, 'abcd')],
    ['digest', manifest({ subject: 's', pages: [{ ...entry, length: 4_294_967_295 }] }, 'abc')],
    ['subject', manifest({ subject: 't', pages: [entry] }, 'abc')],
    ['page-count', manifest({ subject: 's', pages: [] })],
  ])('%s', (outcome, text) => {
    expect(reason(withText(text), {}, key, { pageCount: 1, now: 0 })).toBe(outcome)
  })

  test.each([0, 1_001])('of %i pages is not made', (count) => {
    const many = Array.from({ length: count }, () => page('x'))
    expect(() => sealDocument(key.publicKey, context, 'subject-1', many)).toThrow(RangeError)
  })
})
