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
const visit = fc.record({ inherited: fc.option(pin), steps: fc.array(step, { minLength: 1, maxLength: 5 }) })
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
