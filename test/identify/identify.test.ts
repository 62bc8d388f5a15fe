import { describe, expect, test } from 'vitest'
import { type CardSession, Pin } from '../../src/card/index.ts'
import { identifyCard } from '../../src/identify/index.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import { thrown } from '../support/vectors.ts'
import { bench } from '../support/virtual.ts'

describe('identifyCard', () => {
  test.each([
    ['my-number', 'JPKIAPICCTOKEN2', ['jpki', 'common', 'juki', 'visual', 'text']],
    ['juki', 'JPKIAPICCTOKEN', ['jpki', 'juki', 'visual']],
    ['phone-android', 'JPKIAPGPSETOKEN', ['jpki']],
    ['phone-iphone', 'JPKIAPIOSTOKEN', ['jpki']],
  ] as const)('a %s is named by its label and its applications', async (kind, token, present) => {
    const { session, card } = await bench({ kind, interface: 'contactless' })
    await using open = await session()
    const found = await identifyCard(open)
    expect(found).toMatchObject({ kind, token })
    expect(found.applications.filter((application) => application.present).map(({ id }) => id)).toEqual(present)
    expect(found.applications.map(({ id }) => id)).toContain('text')
    expect(card.triesLeft('sign')).toBe(5)
  })

  test('the ATR of another card does not matter', async () => {
    const { session } = await bench({ atr: Buffer.from('3BE000FF8131FE4514', 'hex') })
    await using open = await session()
    expect((await identifyCard(open)).kind).toBe('my-number')
  })

  test.each([0x6a82, 0x6d00, 0x6e00, 0x6999, 0x6f00])(
    'a foreign card that refuses with %i is unknown',
    async (status) => {
      const { session, card } = await bench()
      await using open = await session()
      card.setFaults([{ at: 'every', do: { status } }])
      const found = await identifyCard(open)
      expect(found).toMatchObject({ kind: 'unknown', token: undefined })
      expect(found.applications.every(({ present }) => !present)).toBe(true)
      card.setFaults(undefined)
    },
  )

  // The fifth SELECT is that of the JPKI application, the one before of the common one.
  test.each([
    [4, 0x6f00],
    [5, 0x6f00],
    [5, 0x6400],
    [5, 0x6581],
  ])('a card of ours that fails at command %i with %i is not said to lack an application', async (at, status) => {
    const { session, card } = await bench()
    await using open = await session()
    card.setFaults([{ at, do: { status } }])
    expect(await thrown(() => identifyCard(open))).toMatchObject({ code: 'ERR_STATUS_WORD', sw: status })
    card.setFaults(undefined)
  })

  test('nor one that fails to read its label, to have none', async () => {
    const { session, card } = await bench()
    await using open = await session()
    card.setFaults([{ at: 'every', on: 0xb0, do: { status: 0x6f00 } }])
    expect(await thrown(() => identifyCard(open))).toMatchObject({ code: 'ERR_STATUS_WORD', sw: 0x6f00 })
    card.setFaults([{ at: 'every', on: 0xb0, do: { status: 0x6a82 } }])
    expect(await identifyCard(open)).toMatchObject({ kind: 'my-number', token: undefined })
    card.setFaults(undefined)
  })

  test('a label that is not text is a coded error, and an unknown one an unknown card', async () => {
    const { session, card } = await bench()
    await using open = await session()
    card.setFaults([{ at: 'every', on: 0xb0, do: { garbage: `${'FF'.repeat(32)}9000` } }])
    expect(await thrown(() => identifyCard(open))).toMatchObject({ code: 'ERR_CARD_DATA', offset: 0 })
    card.setFaults([{ at: 'every', on: 0xb0, do: { garbage: `${'41'.repeat(32)}9000` } }])
    expect(await identifyCard(open)).toMatchObject({ kind: 'unknown', token: 'A'.repeat(32) })
    card.setFaults(undefined)
  })

  test('a card taken away while it is identified is a coded error', async () => {
    for (let k = 1; k <= 6; k++) {
      const { session, card } = await bench()
      const open: CardSession = await session()
      card.setFaults([{ at: k, do: 'pull' }])
      expect(await thrown(() => identifyCard(open))).toMatchObject({ code: 'ERR_CARD_REMOVED' })
      expect(await open.close()).toMatchObject({ cleared: true, by: 'card-removed' })
    }
  })

  test('what was verified before is cleared by the walk through the applications', async () => {
    const { session, card } = await bench()
    await using open = await session()
    await (await JpkiApplication.open(open)).verifyPin('auth', Pin.fromText('1234'))
    await identifyCard(open)
    expect(card.verified('auth')).toBe(false)
  })
})
