import { describe, expect, test } from 'vitest'
import { fromHex } from '../../../src/bytes.ts'
import type { DecodeError } from '../../../src/errors.ts'
import { loadProfile } from '../../../src/municipal/application/load-profile.ts'
import type { IssuanceProfile } from '../../../src/municipal/application/profile.ts'
import { readIssuanceRecord } from '../../../src/municipal/application/read-record.ts'
import { PersonalText } from '../../../src/municipal/profile/field.ts'
import { thrown, vectors } from '../../support/vectors.ts'

interface FieldCase {
  readonly id: string
  readonly length?: unknown
  readonly constants?: unknown
  readonly fields: readonly { readonly id: string }[]
  readonly block: string
  readonly values?: Readonly<Record<string, string | null>>
  readonly offset?: number
  readonly field?: string
  readonly says?: string
}

/** An application with one object made as the case says. */
function profileOf({ length, constants, fields }: FieldCase): IssuanceProfile {
  const profile = {
    format: 'jpki-card/issuance-profile@1',
    name: 'fields',
    cards: ['juki'],
    aid: 'F000000000',
    pin: 'none',
    objects: [{ id: 'block', read: { getData: '0100' }, form: 'positions', length, constants, fields }],
    result: { userId: fields[0]!.id },
  }
  return loadProfile(JSON.stringify(profile))
}

describe('fields of a block', () => {
  test.each(vectors<FieldCase>('layout/fields.json'))('$id', async (one) => {
    const profile = profileOf(one)
    const block = fromHex(one.block)
    const read = () => readIssuanceRecord(profile, { block })
    if (one.values !== undefined) {
      const values = Object.entries(read().fields).map(([id, value]) => [
        id,
        value instanceof PersonalText ? value.reveal() : (value ?? null),
      ])
      expect(Object.fromEntries(values)).toEqual(one.values)
      return
    }
    const error = await thrown<DecodeError>(read)
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset: one.offset })
    expect(error.message).toContain(one.says)
    expect(error.message).toContain(one.field === undefined ? 'block: ' : `block.${one.field}: `)
  })
})
