import { describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import { JpkiApplication, tokenSigner } from '../../src/jpki/index.ts'
import { bench, identity, verifies } from '../support/virtual.ts'

/** READ BINARY; the first after the signature is that of the CA certificate. */
const readBinary = 0xb0
const message = Buffer.from('a challenge')

async function open() {
  const on = await bench()
  const jpki = await JpkiApplication.open(await on.session())
  await jpki.readCertificate('auth')
  return { ...on, jpki }
}

describe('tokenSigner', () => {
  test('signs with the certificates of holder and CA', async () => {
    const person = await identity()
    const { jpki } = await open()
    const signed = await tokenSigner(jpki, Pin.fromText('1234')).sign(message)
    expect(signed).toMatchObject({ algorithm: 'RS256', certificate: person.auth.certificate })
    expect(signed.caCertificate).toEqual(person.authCa.certificate)
  })

  test.each([
    ['begins with no object', '1FFF9000'],
    ['is cut off', '308203009000'],
    ['holds an object that is not a certificate', '300205009000'],
    ['is empty', 'FFFF9000'],
    ['is refused', '6982'],
  ])('keeps the signature when the CA certificate %s', async (_, garbage) => {
    const { jpki, card, sent } = await open()
    card.setFaults([{ at: 'every', on: readBinary, do: { garbage } }])
    const { signature, caCertificate } = await tokenSigner(jpki, async () => Pin.fromText('1234')).sign(message)
    expect(signature).toHaveLength(256)
    expect(caCertificate).toBeUndefined()
    expect(verifies(sent())).toBe(1)
  })

  test('does not hide that the card was lost', async () => {
    const { jpki, card } = await open()
    card.setFaults([{ at: 1, on: readBinary, do: 'pull' }])
    await expect(tokenSigner(jpki, Pin.fromText('1234')).sign(message)).rejects.toMatchObject({
      code: 'ERR_CARD_REMOVED',
    })
  })
})
