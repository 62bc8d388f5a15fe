import { describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import { cardDocumentSigner, createCms, signingNotice, verifyCmsDocument } from '../../src/documents/index.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import { Certificate } from '../../src/pki/index.ts'
import { bench, verifies } from '../support/virtual.ts'
import { content, good } from './cms/fixture.ts'

const pins = { sign: 'ABC123', auth: '1234' } as const

describe.each(['sign', 'auth'] as const)('the key %s of a card', (key) => {
  test('signs a document with the exchanges of one signature, and one VERIFY', async () => {
    const raw = await bench()
    const plain = await JpkiApplication.open(await raw.session())
    await plain.sign(key, { message: content }, { pin: Pin.fromText(pins[key]) })

    const card = await bench()
    const app = await JpkiApplication.open(await card.session())
    const order: string[] = []
    const signer = cardDocumentSigner(
      app,
      async () => {
        order.push(`asked after ${card.sent().length} commands`)
        return Pin.fromText(pins[key])
      },
      { key },
    )
    const { der } = await createCms({ signer, content: { bytes: content, attach: true } })
    expect(card.sent().length).toBe(raw.sent().length)
    expect(verifies(card.sent())).toBe(1)
    expect(order).toHaveLength(1)

    const person = card.card.identity
    const ca = Certificate.fromDer(key === 'sign' ? person.signCa.certificate : person.authCa.certificate)
    const trust = { anchors: [ca], revocation: good, use: key, hierarchies: ['virtual'] } as const
    const report = await verifyCmsDocument(der, { trust })
    expect(report.signatures[0]).toMatchObject({
      indication: 'TOTAL-PASSED',
      integrity: 'intact',
      profile: 'CAdES-B-B',
    })
    expect(report.signatures[0]!.problems.map(({ id }) => id)).toEqual(
      key === 'auth' ? ['authentication-certificate'] : [],
    )
    expect(report.signatures[0]!.signer!.holder?.['name']).toBe(key === 'sign' ? person.holder.name : undefined)
  })
})

test('what signing puts into the document is known before it', () => {
  expect(signingNotice('sign')).toMatchObject({ attributes: ['name', 'address', 'birthDate', 'sex'] })
  expect(signingNotice('sign')!.text.ja).toContain('氏名・住所・生年月日・性別')
  expect(signingNotice('auth')).toBeUndefined()
})

describe('a message that is made of the certificate', () => {
  test('is refused before the PIN where it cannot be signed', async () => {
    const card = await bench()
    const app = await JpkiApplication.open(await card.session())
    for (const options of [
      { scheme: 'card-hash' },
      { scheme: 'unknown' },
      { hash: 'SHA-1' },
      { scheme: 'pss', hash: 'SHA-512' },
    ] as never[]) {
      const pin = Pin.fromText('ABC123')
      await expect(app.sign('sign', () => content, { ...(options as object), pin })).rejects.toThrow(TypeError)
      expect(pin.length).toBe(0)
    }
    expect(verifies(card.sent())).toBe(0)
  })

  test('that cannot be made is not signed, and its error is the one thrown', async () => {
    const card = await bench()
    const app = await JpkiApplication.open(await card.session())
    const failing = (): Uint8Array => {
      throw new RangeError('not this certificate')
    }
    await expect(app.sign('sign', failing, { pin: Pin.fromText('ABC123') })).rejects.toThrow('not this certificate')
    expect(card.sent().some((command) => command.startsWith('802A'))).toBe(false)
  })
})
