import { describe, expect, test } from 'vitest'
import { CardSession, Pin } from '../../src/card/index.ts'
import { createVirtualCard, type VirtualCardOptions, VirtualTransport } from '../../src/emulator/index.ts'
import { identifyCard } from '../../src/identify/index.ts'
import { JpkiApplication, type TokenKind, tokenKindOf, tokenSigner } from '../../src/jpki/index.ts'
import { identity } from '../support/virtual.ts'

const challenge = Uint8Array.of(1, 2, 3)

async function bench(options: VirtualCardOptions = {}) {
  const card = await createVirtualCard({ kind: 'phone-iphone', identity: await identity(), ...options })
  const transport = new VirtualTransport({ card })
  const { name } = await transport.waitForCard()
  const session = new CardSession(await transport.connect(name))
  return { card, transport, session, reader: name }
}

/** Commands that carry a PIN, by INS: VERIFY and CHANGE REFERENCE DATA with data. */
const withPin = (log: readonly { readonly command: Uint8Array }[]) =>
  log.filter(({ command }) => [0x20, 0x24].includes(command[1]!) && command.length > 5)

describe('an iPhone whose holder has verified', () => {
  test('signs without a PIN, is told that the command was its last, and is powered down', async () => {
    const { card, session } = await bench()
    const jpki = await JpkiApplication.open(session)
    expect(await jpki.userVerification()).toBe('device')
    const { signature, certificate } = await jpki.authenticate(challenge, 'device')
    expect(signature.length).toBe(256)
    expect(certificate.der).toEqual((await identity()).auth.certificate)
    expect(withPin(card.log)).toEqual([])
    expect(card.log.filter(({ command }) => command[1] === 0xfc).map(({ response }) => response)).toEqual([
      Uint8Array.of(0x90, 0x00),
    ])
    expect(card.verified('auth')).toBe(false)
    expect((await session.close()).cleared).toBe(true)
  })

  test('signs once: the next signature needs the holder again', async () => {
    const { card, session } = await bench()
    const jpki = await JpkiApplication.open(session)
    await jpki.authenticate(challenge, 'device')
    await expect(jpki.authenticate(challenge, 'device')).rejects.toMatchObject({ code: 'ERR_USER_NOT_VERIFIED' })
    card.verifyHolder()
    await jpki.authenticate(challenge, 'device')
    expect(withPin(card.log)).toEqual([])
    await session.close()
  })

  test('keeps it through the identification of the card', async () => {
    const { session } = await bench()
    expect((await identifyCard(session)).kind).toBe('phone-iphone')
    const jpki = await JpkiApplication.open(session)
    await jpki.authenticate(challenge, 'device')
    await session.close()
  })

  test('keeps it when a session leaves it, and not when a session closes', async () => {
    const { transport, session, reader } = await bench()
    await identifyCard(session)
    expect(await session.leave()).toEqual({ cleared: false, by: 'nothing' })
    const second = new CardSession(await transport.connect(reader))
    await (await JpkiApplication.open(second)).authenticate(challenge, 'device')
    expect((await second.close()).cleared).toBe(true)
    const third = new CardSession(await transport.connect(reader))
    const jpki = await JpkiApplication.open(third)
    await expect(jpki.authenticate(challenge, 'device')).rejects.toMatchObject({ code: 'ERR_USER_NOT_VERIFIED' })
    await third.close()
  })

  test('gives a token signer its CA certificate before the signature ends what it allowed', async () => {
    const { session } = await bench()
    const signed = await tokenSigner(await JpkiApplication.open(session), 'device').sign(challenge)
    expect(signed).toMatchObject({ userVerification: 'device', caCertificate: (await identity()).authCa.certificate })
    await session.close()
  })
})

describe('an iPhone whose holder has not verified', () => {
  test.each([0x6982, 0x6a88])('answers VERIFY queries with %s or anything: nothing is asked of it', async (status) => {
    const { card, session } = await bench({
      deviceVerified: false,
      faults: [{ on: 0x20, at: 'every', do: { status } }],
    })
    const jpki = await JpkiApplication.open(session)
    await expect(jpki.authenticate(challenge, 'device')).rejects.toMatchObject({ code: 'ERR_USER_NOT_VERIFIED' })
    expect(card.log.filter(({ command }) => command[1] === 0x20)).toEqual([])
    await session.close()
  })

  test.each(['verifyPin', 'changePin', 'authenticate'] as const)('is never sent a PIN by %s', async (method) => {
    const { card, session } = await bench({ deviceVerified: false })
    const jpki = await JpkiApplication.open(session)
    await jpki.tokenKind()
    const [pin, next] = [Pin.fromText('1234'), Pin.fromText('4321')]
    const calls = {
      verifyPin: () => jpki.verifyPin('auth', pin),
      changePin: () => jpki.changePin('auth', { current: pin, next }),
      authenticate: () => jpki.authenticate(challenge, pin),
    }
    await expect(calls[method]()).rejects.toMatchObject({ code: 'ERR_PIN_NOT_USED' })
    expect(pin.length).toBe(0)
    expect(withPin(card.log)).toEqual([])
    await session.close()
  })
})

describe('other tokens', () => {
  test.each(['my-number', 'phone-android'] as const)('%s takes a PIN and nothing else', async (kind) => {
    const { card, session } = await bench({ kind })
    const jpki = await JpkiApplication.open(session)
    expect(await jpki.userVerification()).toBe('pin')
    await expect(jpki.authenticate(challenge, 'device')).rejects.toMatchObject({ code: 'ERR_WRONG_CARD' })
    expect(card.log.filter(({ command }) => command[1] === 0xfc)).toEqual([])
    await session.close()
  })

  test('a card in a contact reader takes a PIN without a look at its label: a phone has no contacts', async () => {
    const exchanges = async (options: VirtualCardOptions) => {
      const { card, session } = await bench({ kind: 'my-number', ...options })
      await (await JpkiApplication.open(session)).userVerification()
      await session.close()
      return card.log.filter(({ command }) => command[1] === 0xb0).length
    }
    expect([await exchanges({ interface: 'contact' }), await exchanges({ interface: 'contactless' })]).toEqual([0, 1])
  })

  test('a plastic card that another program left verified is cleared, not used', async () => {
    const { transport, session, reader } = await bench({ kind: 'my-number' })
    const jpki = await JpkiApplication.open(session)
    await jpki.verifyPin('auth', Pin.fromText('1234'))
    await session.connection.close('leave')
    const next = new CardSession(await transport.connect(reader))
    const again = await JpkiApplication.open(next)
    await expect(again.authenticate(challenge, 'device')).rejects.toMatchObject({ code: 'ERR_WRONG_CARD' })
    await expect(again.sign('auth', { message: challenge })).rejects.toMatchObject({ code: 'ERR_SECURITY_STATUS' })
    await next.close()
  })

  test('the device verifies for the user-authentication key only, and without a PIN', async () => {
    const { session } = await bench()
    const jpki = await JpkiApplication.open(session)
    const pin = Pin.fromText('1234')
    await expect(jpki.sign('sign', { message: challenge }, { userVerification: 'device' })).rejects.toThrow(TypeError)
    await expect(jpki.sign('auth', { message: challenge }, { userVerification: 'device', pin })).rejects.toThrow(
      TypeError,
    )
    expect(pin.length).toBe(0)
    await session.close()
  })

  test('a kind that is not known here is a matter of configuration', async () => {
    const tokenKinds: readonly TokenKind[] = [
      {
        label: 'JPKIAPIOSTOKEN',
        card: 'phone-iphone',
        userVerification: 'pin',
        lastCommand: false,
        source: 'invented',
      },
    ]
    const { session } = await bench()
    expect(await (await JpkiApplication.open(session, { tokenKinds })).userVerification()).toBe('pin')
    expect(tokenKindOf('JPKIAPNEXTTOKEN')).toBeUndefined()
    await session.close()
  })
})
