import fc from 'fast-check'
import { test } from 'vitest'
import { type PinName, verificationCodeB } from '../../src/emulator/index.ts'
import { full } from '../support/scale.ts'
import { identity } from '../support/virtual.ts'
import { PinSafetyModel } from './pin-safety-model.ts'
import { pinTargets } from './pin-targets.ts'

const names = Object.keys(pinTargets('')) as PinName[]
/** A few PINs are met again and again. */
const pin = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...names) },
  fc.constantFrom<PinName>('auth', 'text', 'juki'),
)

const action = fc.constantFrom(
  'pull' as const,
  'reset' as const,
  'silent' as const,
  'empty' as const,
  { truncate: 1 },
  { garbage: '5A' },
  { status: 0x6f00 },
  { status: 0x6c10 },
  { status: 0x6110 },
  { status: 0x63c2 },
  { status: 0x9000 },
)
const fault = fc.record({
  at: fc.integer({ min: 1, max: 7 }),
  do: action,
  when: fc.constantFrom('before' as const, 'after' as const),
})
const operation = fc.record({
  do: fc.oneof(
    { weight: 3, arbitrary: fc.constant('verify' as const) },
    { weight: 3, arbitrary: fc.constantFrom('look', 'enter') },
    fc.constantFrom('change', 'use', 'status', 'identify'),
  ),
  pin,
  value: fc.constantFrom('right', 'wrong', 'malformed'),
  keepTries: fc.constantFrom(undefined, undefined, 2, 3, 5),
  lastTry: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
})
const operations = fc.oneof(
  { weight: 3, arbitrary: fc.array(operation, { minLength: 1, maxLength: 1 }) },
  fc.array(operation, { minLength: 2, maxLength: 4 }),
)
const step = fc.record({ operations, fault: fc.option(fault, { freq: 2 }) })
const anything = fc.record({ inherited: fc.option(pin), steps: fc.array(step, { minLength: 1, maxLength: 5 }) })
/** A customer who enters one PIN again and again after a look, mostly wrong. */
const customer = pin.chain((name) => {
  const entry = fc.record({
    do: fc.oneof(
      { weight: 4, arbitrary: fc.constant('enter' as const) },
      fc.constantFrom('look', 'verify', 'use', 'status'),
    ),
    pin: fc.constant(name),
    value: fc.constantFrom('wrong', 'wrong', 'right'),
    keepTries: fc.constantFrom(undefined, 3),
    lastTry: fc.constant(false),
  })
  const look = fc.constant({ do: 'look', pin: name, value: 'right', keepTries: undefined, lastTry: false } as const)
  const alone = (one: typeof entry) => fc.record({ operations: fc.tuple(one), fault: fc.option(fault, { freq: 6 }) })
  return fc.record({
    inherited: fc.constant(null),
    steps: fc
      .tuple(
        fc.record({ operations: fc.tuple(look), fault: fc.constant(null) }),
        fc.array(alone(entry), { maxLength: 5 }),
      )
      .map(([first, others]) => [first, ...others]),
  })
})
const visit = fc.oneof({ weight: 2, arbitrary: anything }, customer)
const capabilities = fc.record({
  shortFileId: fc.boolean(),
  extendedLength: fc.boolean(),
  directReference: fc.boolean(),
})

test('no order of applications, wrong PINs, pulls, resets and lies of the card blocks a PIN, spends a try too many or leaves one verified', async () => {
  const person = await identity()
  const codeB = verificationCodeB(person)
  const property = fc.asyncProperty(
    fc.array(visit, { minLength: 1, maxLength: 4 }),
    capabilities,
    fc.dictionary(fc.constantFrom(...names), fc.integer({ min: 1, max: 3 }), { maxKeys: 4 }),
    fc.constantFrom('ok' as const, 'ok' as const, 'counter' as const),
    async (visits, some, { issuance, ...triesLeft }, queryWhenVerified) => {
      // A PIN that only P2 names cannot be had on a card that takes no P2.
      const municipal = some.directReference
      const card = {
        identity: person,
        capabilities: some,
        queryWhenVerified,
        issuance: municipal ? { pin: '567890' } : (false as const),
        triesLeft: { ...triesLeft, ...(municipal && issuance !== undefined && { issuance }) },
      }
      const model = await PinSafetyModel.begin({ options: card, codeB })
      for (const one of visits) await model.visit(one)
      await model.end()
    },
  )
  await fc.assert(property, { numRuns: full ? 3_000 : 600 })
}, 300_000)
