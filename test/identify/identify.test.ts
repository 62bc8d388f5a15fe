import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/bytes.ts'
import { CardSession, Pin } from '../../src/card/index.ts'
import { identifyCard, readCardExpiry, residenceApplication } from '../../src/identify/index.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import { thrown } from '../support/vectors.ts'
import { answering, bench } from '../support/virtual.ts'

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

describe('the residence application', () => {
  const aid = Buffer.from(residenceApplication.aid).toString('hex').toUpperCase()
  /** A card that answers its SELECT so; and all other commands as it does. */
  async function residenceCard(answer: string, kind: 'my-number' | 'juki' | 'phone-android' = 'my-number') {
    const { connection, card } = await bench({ kind })
    const changed = answering(connection, (command) => (command.includes(aid) ? fromHex(answer) : undefined))
    return { card, session: new CardSession(changed) }
  }

  test('has the identifier that the public source quotes', () => {
    expect(aid).toBe(`D392F0004F01${'00'.repeat(10)}`)
  })

  test('of a virtual card is listed on request only', async () => {
    for (const residence of [true, false]) {
      const { session } = await bench({ residence })
      await using open = await session()
      const plain = await identifyCard(open)
      const { kind, applications } = await identifyCard(open, { further: true })
      expect([plain.kind, kind, applications.at(-1)]).toEqual([
        'my-number',
        'my-number',
        { id: 'residence', aid, present: residence },
      ])
      expect(applications.slice(0, -1)).toEqual(plain.applications)
    }
  })

  test('is listed on request, and the card stays a My Number card', async () => {
    const { session } = await residenceCard('9000')
    const plain = await identifyCard(session)
    const found = await identifyCard(session, { further: true })
    expect(plain.applications.map(({ id }) => id)).not.toContain('residence')
    expect(found).toEqual({ ...plain, applications: [...plain.applications, { id: 'residence', aid, present: true }] })
    expect(found.kind).toBe('my-number')
    await session.close()
  })

  test.each(['6A82', '6A81', '6283', '6999', '6F00', '6581', '6400', '6D00', '6E00', '6982', '90'])(
    'answered with %s changes nothing',
    async (answer) => {
      const { session } = await residenceCard(answer)
      const plain = await identifyCard(session)
      const found = await identifyCard(session, { further: true })
      const one = found.applications.at(-1)!
      expect({ ...found, applications: found.applications.slice(0, -1) }).toEqual(plain)
      expect(one).toEqual({ id: 'residence', aid, present: answer === '6283' })
      expect((await (await JpkiApplication.open(session)).readTokenInfo()).label).toBe('JPKIAPICCTOKEN2')
      expect(await readCardExpiry(session)).toHaveLength(8)
      expect((await session.close()).cleared).toBe(true)
    },
  )

  test('costs one SELECT when asked for, nothing otherwise, nor on cards that cannot have it', async () => {
    const count = async (kind: 'my-number' | 'juki' | 'phone-android', further: boolean) => {
      const { session, card } = await residenceCard('6A82', kind)
      await identifyCard(session, { further })
      const { exchanges } = card
      await session.close()
      return exchanges
    }
    for (const kind of ['juki', 'phone-android'] as const)
      expect(await count(kind, true)).toBe(await count(kind, false))
    expect([await count('my-number', false), await count('my-number', true)]).toEqual([6, 7])
  })
})

test('a card with a driver licence (マイナ免許証), even selected by another program, is the same card', async () => {
  const licence = 'A0000002310600000000000000000000'
  const { connection, card } = await bench()
  let selected = false
  const changed = answering(connection, (command) => {
    const isSelect = command.startsWith('00A404')
    if (isSelect) selected = command.includes(licence)
    return selected ? fromHex(isSelect ? '9000' : '6A82') : undefined
  })
  await changed.transmit(fromHex(`00A4040C10${licence}`))
  expect(selected).toBe(true)
  const session = new CardSession(changed)
  const found = await identifyCard(session, { further: true })
  expect(found).toMatchObject({ kind: 'my-number', token: 'JPKIAPICCTOKEN2' })
  expect(found.applications.map(({ id, present }) => [id, present])).toEqual([
    ['jpki', true],
    ['common', true],
    ['juki', true],
    ['visual', true],
    ['text', true],
    ['residence', false],
  ])
  expect((await session.close()).cleared).toBe(true)
  expect(card.triesLeft('sign')).toBe(5)
})
