import { describe, expect, it } from 'vitest'
import { identity } from '../support/virtual.ts'
import { cardInReader, run } from './harness.ts'

const absent = { readable: false, reason: 'absent' }

describe('card info', () => {
  it('shows the information of a My Number card, and spends no try', async () => {
    const { card, transport } = await cardInReader()
    const { code, json } = await run('card info --json', { transport })
    const { serialNumber, municipalityCode, cardExpiry } = await identity()
    expect(code).toBe(0)
    expect(json).toMatchObject({
      ok: true,
      card: { kind: 'my-number', token: 'JPKIAPICCTOKEN2' },
      record: { serialNumber, municipalityCode, expiry: cardExpiry },
      manager: {
        cardNumber: serialNumber,
        municipalityCode,
        expiry: cardExpiry,
        keyId: '9999921/000',
        certificates: [
          { key: '9999921/000', by: '9000020/000' },
          { key: '9000021/000', by: '9999921/000' },
        ],
        contactAtr: 'DA13FF8131FB468012392F31C173C601C03B',
      },
      sameCard: true,
      exchanges: card.exchanges,
    })
    expect(card.log.some(({ command }) => command[1] === 0x20 && command.length > 5)).toBe(false)
  })

  it('finds the contact ATR where the card keeps it, over a contactless reader', async () => {
    const { json } = await run('card info --virtual --json', {
      card: { contactAtrUnder: 'applications', interface: 'contactless' },
    })
    expect(json.manager.contactAtr).toBe('DA13FF8131FB468012392F31C173C601C03B')
  })

  it('goes without what a card does not have', async () => {
    for (const kind of ['juki', 'phone-android'] as const) {
      const { code, json } = await run(`card info --virtual --virtual-kind ${kind} --json`)
      expect([code, json.record, json.manager, json.sameCard]).toEqual([0, absent, absent, null])
      const words = await run(`card info --virtual --virtual-kind ${kind} --lang ja`)
      expect([words.code, words.out]).toEqual([0, expect.stringContaining('このカードにはありません')])
    }
  })

  it('goes on past what cannot be read', async () => {
    const cut = await run('card info --virtual --json', { card: { contentFaults: ['common-record-cut'] } })
    expect([cut.code, cut.json.record]).toEqual([0, { readable: false, reason: 'unreadable' }])
    expect(cut.json.manager.municipalityCode).toBe('99999')
    const short = await run('card info --virtual --no-extended-length --json')
    expect([short.code, short.json.manager.certificates]).toEqual([0, { readable: false, reason: 'unreadable' }])
    expect(short.json.manager.keyId).toBe('9999921/000')
  })

  it('reports a record of another card', async () => {
    const setting = { card: { contentFaults: ['common-record-of-other-card'] } } as const
    expect((await run('card info --virtual --json', setting)).json.sameCard).toBe(false)
    expect((await run('card info --virtual --lang ja', setting)).out).toContain('一致しません')
    expect((await run('card info --virtual', setting)).out).toContain('DIFFERS')
  })
})

describe('juki status', () => {
  it.each(['my-number', 'juki'] as const)('reports the counter on a %s', async (kind) => {
    const { card, transport } = await cardInReader({ kind, triesLeft: { juki: 2 } })
    const { code, json } = await run('juki status --json', { transport })
    expect([code, json.pins]).toEqual([0, [{ id: 'juki', state: 'usable', triesLeft: 2, triesMax: 3 }]])
    expect([json.exchanges, card.triesLeft('juki')]).toEqual([card.exchanges, 2])
    const words = await run(`juki status --virtual --virtual-kind ${kind} --lang ja`)
    expect(words.out).toMatch(/住民基本台帳用の暗証番号 +残り回数 3 回/)
  })

  it('reports that a phone has none', async () => {
    const { code, json } = await run('juki status --virtual --virtual-kind phone-iphone --json')
    expect([code, json.error.code]).toEqual([1, 'ERR_APPLICATION_NOT_FOUND'])
  })
})

describe('services', () => {
  it('shows the credential of a channel, its PIN, who verifies it and its last day', async () => {
    const { code, json } = await run('services --channel convenience-store --virtual --json')
    expect(code).toBe(0)
    expect(json.services).toEqual([
      expect.objectContaining({
        channel: 'convenience-store',
        method: 'token',
        credential: { id: 'auth', name: '利用者証明用電子証明書', application: '公的個人認証AP' },
        pin: { characters: 'digits', min: 4, max: 4, managedBy: 'integrated-terminal', checkedBy: 'card' },
        expiry: 'own-certificate',
        lastDay: expect.stringMatching(/^20\d\d-02-17$/),
        customer: { ja: expect.stringContaining('数字4桁'), en: expect.stringContaining('4 digits') },
      }),
    ])
  })

  it('shows every channel of a Juki card, and none of a card without credentials', async () => {
    const { json } = await run('services --virtual --virtual-kind juki --json')
    const rows = json.services.map((one: { channel: string; method: string }) => `${one.channel} ${one.method}`)
    expect(rows).toEqual([
      'convenience-store issuance-application',
      'municipal-machine stripe',
      'municipal-machine issuance-application',
      'counter register-pin',
    ])
    expect(json.services[0]).toMatchObject({ lastDay: null, pin: { checkedBy: 'municipality' } })
    const none = await run('services --channel municipal-machine --virtual --virtual-kind phone-android')
    expect([none.code, none.out]).toEqual([0, expect.stringContaining('No credential of this card is accepted here.')])
  })

  it('speaks to staff and customer in the language asked for', async () => {
    const ja = await run('services --channel counter --virtual --lang ja')
    expect(ja.out).toMatch(/窓口\n[\s\S]+管理者 +市区町村窓口の統合端末[\s\S]+お客様への案内 +住民基本台帳用の暗証番号/)
    const en = await run('services --channel counter --virtual --lang en')
    expect(en.out).not.toMatch(/[ぁ-んァ-ヶ一-龠]/)
  })

  it('spends no try', async () => {
    const { card, transport } = await cardInReader()
    await run('services --json', { transport })
    expect(card.log.some(({ command }) => command[1] === 0x20 && command.length > 5)).toBe(false)
  })
})
