import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concat, toHex } from '../../../src/bytes.ts'
import { TextApplication } from '../../../src/card-face/index.ts'
import type { StatusWordError } from '../../../src/errors.ts'
import { CardManager } from '../../../src/identify/index.ts'
import { JukiApplication } from '../../../src/juki/index.ts'
import { thrown } from '../../support/vectors.ts'
import { bench, identity } from '../../support/virtual.ts'

async function opened(options: Parameters<typeof bench>[0] = {}) {
  const table = await bench(options)
  const session = await table.session()
  return { ...table, session, manager: await CardManager.open(session) }
}

describe('objects of the card manager', () => {
  test('are those of the card', async () => {
    const { manager } = await opened()
    const { serialNumber, municipalityCode, cardExpiry, cvc } = await identity()
    expect(await manager.readCardNumber()).toBe(serialNumber)
    expect(await manager.readMunicipalityCode()).toBe(municipalityCode)
    expect(await manager.readExpiry()).toBe(cardExpiry)
    expect(toHex((await manager.readIssuerNumber())!)).toBe(toHex(cvc.manager.root.keyId))
    expect(toHex((await manager.readKeyId())!)).toBe(toHex(cvc.manager.issuer.keyId))
    expect((await manager.readRecognitionData())?.identifiers).toEqual([
      { tag: 0x73, oid: '1.2.840.114283.1' },
      { tag: 0x60, oid: '1.2.840.114283.2.2.1.1' },
    ])
  })

  test('certificates are a chain, and take one exchange each', async () => {
    const { manager, card } = await opened()
    const before = card.exchanges
    const [upper, lower] = await manager.readCertificates()
    expect(card.exchanges - before).toBe(2)
    const { root, issuer } = (await identity()).cvc.manager
    expect(toHex(upper!.issuerKeyId)).toBe(toHex(root.keyId))
    expect(toHex(lower!.issuerKeyId)).toBe(toHex(upper!.subjectKeyId))
    const key = createPublicKey({ key: Buffer.from(issuer.publicKey), format: 'der', type: 'spki' })
    expect(verify('sha256', lower!.signed, key, lower!.signature)).toBe(true)
  })

  test('a long object after a short refusal: extended lengths are found out once', async () => {
    const { manager, session, sent } = await opened()
    await manager.readExpiry()
    expect(session.capabilities.extendedLength).toBe('unknown')
    await manager.readCertificates()
    expect(session.capabilities.extendedLength).toBe('yes')
    expect(sent().slice(1)).toEqual(['00CA00F200', '00CA00F8000000', '00CA7F21000000'])
  })

  test('where lengths are short the certificates cannot be had, and the rest can', async () => {
    const { manager, session } = await opened({ capabilities: { extendedLength: false } })
    const error = await thrown<StatusWordError>(() => manager.readCertificates())
    expect(error).toMatchObject({ code: 'ERR_STATUS_WORD', sw: 0x6700 })
    expect(session.capabilities.extendedLength).toBe('no')
    expect(await manager.readExpiry()).toBe((await identity()).cardExpiry)
  })

  test('a short object that needs an extended Le gets one', async () => {
    const { manager, card, sent } = await opened()
    card.setFaults([{ at: 1, on: 0xca, do: { status: 0x6700 } }])
    expect(await manager.readExpiry()).toBe((await identity()).cardExpiry)
    expect(sent().slice(1)).toEqual(['00CA00F200', '00CA00F2000000'])
  })

  test('are read again after another application: the card manager is selected again', async () => {
    const { manager, session, sent } = await opened()
    await TextApplication.open(session)
    expect(await manager.readExpiry()).toBe((await identity()).cardExpiry)
    expect(sent().at(-2)).toBe('00A4040C07A0000001510000')
  })

  test('what the card does not have is undefined', async () => {
    const { manager, card } = await opened()
    card.setFaults([{ at: 'every', on: 0xca, do: { status: 0x6a88 } }])
    expect(await manager.readCardNumber()).toBeUndefined()
    expect(await manager.readRecognitionData()).toBeUndefined()
    expect(await manager.readCertificates()).toEqual([])
    expect(await manager.readContactAtr()).toBeUndefined()
    card.setFaults([{ at: 2, on: 0xca, do: { status: 0x6a88 } }])
    expect(await manager.readCertificates()).toHaveLength(1)
  })

  test('a phone has none', async () => {
    const { session } = await bench({ kind: 'phone-android' })
    await using open = await session()
    const error = await thrown<StatusWordError>(() => CardManager.open(open))
    expect(error.code).toBe('ERR_APPLICATION_NOT_FOUND')
  })
})

describe('the contact ATR', () => {
  test.each(['manager', 'applications'] as const)('is found under %s', async (contactAtrUnder) => {
    for (const kind of ['contact', 'contactless'] as const) {
      const { manager, card, session } = await opened({ contactAtrUnder, interface: kind })
      const atr = await manager.readContactAtr()
      expect(toHex(concat(Uint8Array.of(0x3b), atr!))).toBe('3BDA13FF8131FB468012392F31C173C601C03B')
      if (kind === 'contact') expect(toHex(atr!)).toBe(toHex(card.atr.subarray(1)))
      expect(await manager.readExpiry()).toBe((await identity()).cardExpiry)
      await JukiApplication.open(session)
    }
  })
})

describe('wrong objects', () => {
  const bad: readonly [keyof CardManager, string, string, number][] = [
    ['readMunicipalityCode', '3133323241', 'ERR_CARD_DATA', 4],
    ['readMunicipalityCode', '313332323131', 'ERR_CARD_DATA', 5],
    ['readExpiry', '3230333530323330', 'ERR_CARD_DATA', 0],
    ['readExpiry', '32303335', 'ERR_CARD_DATA', 4],
    ['readCardNumber', '313200', 'ERR_CARD_DATA', 2],
    ['readKeyId', '31', 'ERR_CARD_DATA', 1],
    ['readKeyId', '00'.repeat(16), 'ERR_CARD_DATA', 0],
    ['readRecognitionData', '6700', 'ERR_CARD_DATA', 0],
    ['readRecognitionData', '6600', 'ERR_CARD_DATA', 2],
    ['readRecognitionData', '66027301', 'ERR_TLV', 4],
    ['readRecognitionData', '660473020600', 'ERR_DER', 6],
    ['readCertificates', '5F4E00', 'ERR_CARD_DATA', 3],
    ['readCertificates', '7F2100', 'ERR_CARD_DATA', 3],
    ['readContactAtr', 'DA13FF', 'ERR_CARD_DATA', 3],
    ['readContactAtr', '00FFFF', 'ERR_CARD_DATA', 1],
    ['readContactAtr', 'F0', 'ERR_CARD_DATA', 1],
  ]
  test.each(['readMunicipalityCode', 'readCardNumber', 'readIssuerNumber', 'readContactAtr'] as const)(
    '%s answered without data is a malformed response',
    async (read) => {
      const { manager, card } = await opened()
      card.setFaults([{ at: 1, on: 0xca, do: { garbage: '9000' } }])
      expect(await thrown(() => manager[read]())).toMatchObject({ code: 'ERR_RESPONSE_MALFORMED' })
    },
  )

  test.each(bad)('%s of %s', async (read, bytes, code, offset) => {
    const { manager, card } = await opened()
    card.setFaults([{ at: 1, on: 0xca, do: { garbage: `${bytes}9000` } }])
    expect(await thrown(() => (manager[read] as () => Promise<unknown>)())).toMatchObject({ code, offset })
  })
})
