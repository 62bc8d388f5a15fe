import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { certificates, chains, listContext, objects, responseContext, responses, revocationLists } from './corpus.ts'
import { mutated } from './mutations.ts'
import { seconds, seed } from './settings.ts'
import { type FuzzContext, pathOf, readers, verificationOf } from './targets.ts'

// Repeat a run with FUZZ_SEED=N; a failure also prints the path of fast-check to the smallest input.
beforeAll(() => {
  console.log(`fuzz seed ${seed}`)
})

const bounds = { seed, numRuns: 10_000_000, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }
const timeout = seconds * 1000 + 60_000

/** Runs it; more than 1 s is a failure, and so is everything thrown. */
function timed<T>(call: () => T): T {
  const start = performance.now()
  const result = call()
  expect(performance.now() - start).toBeLessThan(1000)
  return result
}

describe('any bytes end in a value or a coded error', () => {
  const targets: readonly [string, readonly Buffer[], FuzzContext?][] = [
    ['certificate', certificates],
    ['list', revocationLists, listContext],
    ['response', responses, responseContext],
    ['tlv', objects],
  ]
  test.each(targets)(
    '%s',
    (name, corpus, context) => {
      const read = readers[name]!
      for (const one of corpus) read(one, context)
      fc.assert(
        fc.property(mutated(corpus), (bytes) => void timed(() => read(bytes, context))),
        bounds,
      )
    },
    timeout,
  )
})

describe('a pool of changed certificates', () => {
  const chain = fc.constantFrom(...chains)
  const any = mutated(certificates)
  const pool = fc.array(fc.oneof(any, fc.constantFrom(...certificates)), { maxLength: 8 })

  test(
    'ends in a path or a failure, and never makes a changed end certificate valid',
    () => {
      for (const one of chains) expect(pathOf(one)).toBe(true)
      const property = fc.property(chain, pool, fc.boolean(), any, ([anchor, end, ...good], more, spoil, other) => {
        const found = timed(() => pathOf([anchor!, spoil ? other : end!, ...more, ...good]))
        // The good chain is there, whatever else is; and nothing signed by no one passes.
        if (!spoil) expect(found).toBe(true)
        else if (!certificates.some((one) => one.equals(other))) expect(found).toBe(false)
      })
      fc.assert(property, bounds)
    },
    timeout,
  )

  test(
    'is verified with changed lists, and never passes without a good one',
    async () => {
      const lists = fc.array(mutated(revocationLists), { maxLength: 4 })
      const property = fc.asyncProperty(chain, pool, lists, async ([anchor, end, ...good], more, listed) => {
        const start = performance.now()
        const ok = await verificationOf([anchor!, end!, ...more, ...good], listed)
        expect(performance.now() - start).toBeLessThan(1000)
        expect(ok).toBe(false)
      })
      await fc.assert(property, bounds)
    },
    timeout,
  )
})
