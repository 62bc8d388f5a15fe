import { createHash, verify, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import { CertificateError, type PinError, StatusWordError } from '../../src/errors.ts'
import { JpkiApplication, type SignatureScheme } from '../../src/jpki/index.ts'
import { thrown } from '../support/vectors.ts'
import { bench, identity, verifies } from '../support/virtual.ts'

const authPin = () => Pin.fromText('1234')
const signPassword = () => Pin.fromText('ABC123')

describe('reading', () => {
  test('token information has every field', async () => {
    const { session } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    const token = await jpki.readTokenInfo()
    expect(token).toMatchObject({ label: 'JPKIAPICCTOKEN2', flags: 0x40d, maxPinLength: 16, minPinLength: 6 })
    expect(token.utcTime).toBe('9999999999999999')
  })

  test('certificates come without their padding, byte for byte as issued', async () => {
    const person = await identity()
    const { session } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    expect(await jpki.readAvailability()).toMatchObject({ sign: true, auth: true })
    expect((await jpki.readCertificate('auth')).der).toEqual(person.auth.certificate)
    expect((await jpki.readCertificate('auth-ca')).der).toEqual(person.authCa.certificate)
    expect((await jpki.readCertificate('sign-ca')).der).toEqual(person.signCa.certificate)
    const refused = await thrown<StatusWordError>(() => jpki.readCertificate('sign'))
    expect(refused.code).toBe('ERR_SECURITY_STATUS')
    await jpki.verifyPin('sign', signPassword())
    const certificate = await jpki.readCertificate('sign')
    expect(certificate.der).toEqual(person.sign.certificate)
    expect(certificate.notAfter.toISOString()).toMatch(/T14:59:59\.000Z$/)
  })

  test('a certificate is read once', async () => {
    const { session, card } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    await jpki.readCertificate('auth')
    const before = card.exchanges
    await jpki.readCertificate('auth')
    expect(card.exchanges).toBe(before)
  })

  test('a card without a signature certificate says so', async () => {
    const { session } = await bench({ signCertificate: false })
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    expect(await jpki.readAvailability()).toMatchObject({ sign: false, auth: true })
    await jpki.verifyPin('sign', signPassword())
    const error = await thrown<CertificateError>(() => jpki.readCertificate('sign'))
    expect(error).toBeInstanceOf(CertificateError)
    expect(error.code).toBe('ERR_CERTIFICATE_ABSENT')
  })

  test('a Juki card has no user authentication', async () => {
    const { session } = await bench({ kind: 'juki' })
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    expect((await jpki.readTokenInfo()).label).toBe('JPKIAPICCTOKEN')
    expect((await thrown<CertificateError>(() => jpki.readCertificate('auth'))).code).toBe('ERR_CERTIFICATE_ABSENT')
    expect((await thrown<StatusWordError>(() => jpki.pinStatus('auth'))).code).toBe('ERR_FILE_NOT_FOUND')
    const { signature } = await jpki.sign('sign', { message: Buffer.from('x') }, { pin: signPassword() })
    expect(signature.length).toBeGreaterThan(0)
  })
})

describe('signing', () => {
  const message = Buffer.from('住民票の写し 1通', 'utf8')

  for (const key of ['auth', 'sign'] as const) {
    test.each(['SHA-256', 'SHA-384', 'SHA-512'] as const)(`the ${key} key signs a DigestInfo of %s`, async (hash) => {
      const { session } = await bench()
      await using open = await session()
      const jpki = await JpkiApplication.open(open)
      const pin = key === 'auth' ? authPin() : signPassword()
      const { algorithm, signature, certificate } = await jpki.sign(key, { message }, { hash, pin })
      expect(algorithm).toBe(`RS${hash.slice(4)}`)
      const publicKey = new X509Certificate(certificate.der).publicKey
      expect(verify(hash.replace('-', ''), message, publicKey, signature)).toBe(true)
      expect(pin.length).toBe(0)
    })

    test.each<[SignatureScheme, string]>([
      ['card-hash-bare', 'rsa-bare-sha256'],
      ['card-digest-info', 'RS256'],
      ['card-hash', 'RS256'],
      ['pss', 'PS256'],
      ['card-hash-pss', 'PS256'],
    ])(`the ${key} key signs with %s`, async (scheme, expected) => {
      const { session } = await bench()
      await using open = await session()
      const jpki = await JpkiApplication.open(open)
      const pin = key === 'auth' ? authPin() : signPassword()
      const { algorithm, signature, certificate } = await jpki.sign(key, { message }, { scheme, pin })
      expect(algorithm).toBe(expected)
      const { publicKey } = new X509Certificate(certificate.der)
      if (expected === 'RS256') expect(verify('SHA256', message, publicKey, signature)).toBe(true)
      // 6 is RSA_PKCS1_PSS_PADDING.
      if (expected === 'PS256') expect(verify('SHA256', message, { key: publicKey, padding: 6 }, signature)).toBe(true)
    })
  }

  test('a digest made elsewhere is signed as it is', async () => {
    const { session } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    const digest = createHash('sha256').update(message).digest()
    const { signature, certificate } = await jpki.sign('auth', { digest }, { pin: authPin() })
    expect(verify('SHA256', message, new X509Certificate(certificate.der).publicKey, signature)).toBe(true)
  })

  test('without a verified PIN the card refuses', async () => {
    const { session } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    const error = await thrown<StatusWordError>(() => jpki.sign('auth', { message }))
    expect(error).toBeInstanceOf(StatusWordError)
    expect({ code: error.code, sw: error.sw }).toEqual({ code: 'ERR_SECURITY_STATUS', sw: 0x6982 })
  })

  test('what cannot be signed is refused before a PIN is spent, and the PIN is wiped', async () => {
    const { session, sent } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    const pin = authPin()
    await expect(jpki.sign('auth', { digest: new Uint8Array(31) }, { pin })).rejects.toThrow(RangeError)
    expect(pin.length).toBe(0)
    const long = { message: new Uint8Array(256) }
    await expect(jpki.sign('auth', long, { scheme: 'card-hash', pin: authPin() })).rejects.toThrow(RangeError)
    const digest = { digest: new Uint8Array(32) }
    await expect(jpki.sign('auth', digest, { scheme: 'card-hash', pin: authPin() })).rejects.toThrow(TypeError)
    await expect(jpki.sign('auth', long, { scheme: 'pss', hash: 'SHA-512', pin: authPin() })).rejects.toThrow(TypeError)
    expect(verifies(sent())).toBe(0)
  })

  test('a signature the certificate does not verify is never returned', async () => {
    const { session, card } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    await jpki.readCertificate('auth')
    const wrong = `${'5A'.repeat(256)}9000`
    card.setFaults([{ at: 'every', on: 0x2a, do: { garbage: wrong } }])
    const error = await thrown(() => jpki.sign('auth', { message }, { pin: authPin() }))
    expect(error).toMatchObject({ code: 'ERR_SIGNATURE_INVALID' })
  })

  test('overlapping operations wait for each other', async () => {
    const { session } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    await jpki.verifyPin('auth', authPin())
    const messages = Array.from({ length: 8 }, (_, i) => Buffer.from(`message ${i}`))
    const signed = await Promise.all(messages.map((one) => jpki.sign('auth', { message: one })))
    for (const [i, { signature, certificate }] of signed.entries()) {
      expect(verify('SHA256', messages[i]!, new X509Certificate(certificate.der).publicKey, signature)).toBe(true)
    }
  })

  test('an Android phone gives its certificate after the PIN only', async () => {
    const { session } = await bench({ kind: 'phone-android' })
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    const { algorithm } = await jpki.authenticate(message, authPin())
    expect(algorithm).toBe('RS256')
  })
})

describe('changing a PIN', () => {
  test('the new PIN holds and the old one does not', async () => {
    const { session } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    await jpki.changePin('auth', { current: authPin(), next: Pin.fromText('9876') })
    expect((await thrown<PinError>(() => jpki.verifyPin('auth', authPin()))).triesLeft).toBe(2)
    await jpki.verifyPin('auth', Pin.fromText('9876'))
  })

  test('a signature password keeps to the issuer rule: a letter and a digit', async () => {
    const { session, sent } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    for (const next of ['ABCDEF', '123456', 'ABC12', 'ABCDEFGH123456789', 'ABC-123']) {
      const error = await thrown<PinError>(() =>
        jpki.changePin('sign', { current: signPassword(), next: Pin.fromText(next) }),
      )
      expect(error.code).toBe('ERR_PIN_FORMAT')
    }
    expect(sent().filter((command) => command.startsWith('0024') || command.startsWith('0020'))).toEqual([])
    await jpki.changePin('sign', { current: signPassword(), next: Pin.fromText('xyz789', { upperCase: true }) })
    await jpki.verifyPin('sign', Pin.fromText('XYZ789'))
  })

  test('a card lost during the change leaves the outcome open', async () => {
    const { session, card } = await bench()
    const open = await session()
    const jpki = await JpkiApplication.open(open)
    card.setFaults([{ at: 'every', on: 0x24, do: 'pull', when: 'after' }])
    const error = await thrown<PinError>(() =>
      jpki.changePin('auth', { current: authPin(), next: Pin.fromText('5555') }),
    )
    expect(error.code).toBe('ERR_PIN_OUTCOME_UNKNOWN')
    expect(await open.close()).toMatchObject({ cleared: true, by: 'card-removed' })
  })
})
