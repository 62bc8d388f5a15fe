import { describe, expect, test } from 'vitest'
import { findServices, type ServiceChannel, serviceChannels } from '../../src/credentials/index.ts'
import type { CardKind } from '../../src/identify/index.ts'

const find = (card: CardKind, channel: ServiceChannel) =>
  findServices({ card, channel }).map(
    ({ credential: { id, pin }, method, pinCheckedBy, expiry }) =>
      `${id} ${method} ${pin.min}-${pin.max} ${pinCheckedBy} ${expiry}`,
  )

describe('the summary table of the source document', () => {
  test.each<[CardKind, ServiceChannel, readonly string[]]>([
    ['my-number', 'convenience-store', ['auth token 4-4 card own-certificate']],
    [
      'my-number',
      'municipal-machine',
      ['magnetic stripe 4-4 municipality card', 'issuance issuance-application 4-4 municipality card'],
    ],
    ['my-number', 'counter', ['juki register-pin 4-4 card card', 'text attributes 4-4 card card']],
    ['juki', 'convenience-store', ['issuance issuance-application 4-4 municipality card']],
    [
      'juki',
      'municipal-machine',
      ['magnetic stripe 4-4 municipality card', 'issuance issuance-application 4-4 municipality card'],
    ],
    ['juki', 'counter', ['juki register-pin 4-4 card card']],
    ['phone-android', 'convenience-store', ['auth token 4-4 card own-certificate']],
    ['phone-iphone', 'municipal-machine', []],
    ['unknown', 'counter', []],
  ])('%s at %s', (card, channel, expected) => {
    expect(find(card, channel)).toEqual(expected)
  })

  test('the six credentials of a My Number card but the signature are each used somewhere', () => {
    const used = Object.keys(serviceChannels).flatMap((channel) => find('my-number', channel as ServiceChannel))
    const ids = new Set(used.map((row) => row.split(' ')[0]))
    expect([...ids].sort()).toEqual(['auth', 'issuance', 'juki', 'magnetic', 'text'])
  })

  test('each plan has a text for the customer in both languages: how many digits, and where to go', () => {
    for (const card of ['my-number', 'juki'] as const) {
      for (const channel of Object.keys(serviceChannels) as ServiceChannel[]) {
        for (const { customer, credential } of findServices({ card, channel })) {
          expect(customer.ja).toContain(`数字${credential.pin.min}桁`)
          expect(customer.ja).toContain('窓口')
          expect(customer.en).toContain(`${credential.pin.min} digits`)
          expect(customer.ja).toContain(
            credential.pinManagedBy === 'integrated-terminal' ? 'カードを受け取ったとき' : '利用登録',
          )
        }
      }
    }
  })

  test('a channel that does not exist is misuse', () => {
    expect(() => findServices({ card: 'juki', channel: 'toString' as ServiceChannel })).toThrow(TypeError)
  })
})
