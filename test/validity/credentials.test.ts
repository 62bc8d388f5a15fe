import { describe, expect, test } from 'vitest'
import {
  type CredentialCard,
  cardCredentials,
  credentials,
  findCredentials,
  type IssuanceChannel,
} from '../../src/credentials/index.ts'
import { validityRules } from '../../src/validity/index.ts'
import { vectors } from '../support/vectors.ts'

interface Case {
  readonly id: string
  readonly filter: { readonly card?: CredentialCard; readonly channel?: IssuanceChannel }
  readonly rows: readonly unknown[]
}

describe('findCredentials', () => {
  for (const { id, filter, rows } of vectors<Case>('validity/credentials.json')) {
    test(id, () => {
      const found = findCredentials(filter).map(({ card, credential, channels, offered }) => {
        const { characters, min, max } = credential.pin
        const { id: name, pinManagedBy, validity } = credential
        const pin = { characters, min, max }
        return { card, credential: name, channels, offered, pin, pinManagedBy, years: validity.years }
      })
      expect(found).toEqual(rows)
    })
  }

  test('other names are misuse', () => {
    expect(() => findCredentials({ card: 'phone' as CredentialCard })).toThrow(TypeError)
    expect(() => findCredentials({ channel: 'counter' as IssuanceChannel })).toThrow(TypeError)
  })
})

describe('the data', () => {
  test('has the six credentials under their official names', () => {
    expect(Object.values(credentials).map(({ name }) => name)).toEqual([
      '署名用電子証明書',
      '利用者証明用電子証明書',
      '住民基本台帳用',
      '券面事項入力補助用',
      '磁気認証用',
      '証明書等自動交付AP',
    ])
  })

  test('every row says where it comes from and how sure it is', () => {
    const rows = [...cardCredentials, ...cardCredentials.map(({ credential }) => credential)]
    for (const { source, confidence } of [...rows, ...rows.flatMap((row) => ('pin' in row ? [row.pin] : []))]) {
      expect(source.length).toBeGreaterThan(5)
      expect(confidence.length).toBeGreaterThan(5)
    }
    for (const rule of Object.values(validityRules)) expect(rule.source.length).toBeGreaterThan(5)
  })

  test('a PIN whose length only the municipality knows says so', () => {
    const municipal = cardCredentials.filter(({ credential }) => credential.pinManagedBy === 'automatic-issuance')
    expect(municipal).toHaveLength(4)
    for (const { credential } of municipal) {
      expect(credential.pin.confidence).toBe('set by the municipality, 4 in the source document')
    }
  })

  test('every rule is named by a credential, under its own name', () => {
    const used = new Set(cardCredentials.flatMap(({ credential }) => credential.validity.rules))
    expect([...used].sort()).toEqual(Object.keys(validityRules).sort())
    for (const [id, rule] of Object.entries(validityRules)) expect(rule.id).toBe(id)
  })
})
