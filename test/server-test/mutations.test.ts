import { describe, expect, test } from 'vitest'
import { evaluate, evaluationCases } from '../../src/server-test/index.ts'
import { brief } from '../support/scale.ts'
import { mutations } from './mutations.ts'
import { startServer, terminals } from './server.ts'
import { prepared } from './shared.ts'

const now = new Date()
const waits = evaluationCases.filter((one) => one.waits).map(({ id }) => id)
/** A broken server that does right until the other cases have been sent. */
const needsOthers = 'accept-at-the-end'
const crowded = evaluationCases.filter(({ family }) => family === 'concurrency').map(({ id }) => id)
/**
 * A passing of time is waited for only where it is what is broken. Many people at once meet a server only that is wrong about
 * them: what is wrong with one token is wrong with each of many.
 */
const casesFor = (id: string): readonly string[] =>
  evaluationCases
    .map((one) => one.id)
    .filter((one) => crowded.includes(id) === crowded.includes(one))
    .filter((one) => one === id || ((!brief || id === needsOthers) && !waits.includes(one)))

describe('a server that is wrong in one respect', () => {
  test('there is one for each case', () => {
    expect(Object.keys(mutations).sort()).toEqual(evaluationCases.map(({ id }) => id).sort())
  })

  test.each(Object.keys(mutations).filter((id) => id !== 'accept-rs256'))('fails exactly %s', async (id) => {
    const mutate = mutations[id]!()
    await using server = await startServer(prepared, { mutate, answerEarly: id === 'connection-slow-body' })
    const { outcomes } = await evaluate({
      url: server.url,
      pki: prepared.pki,
      terminals,
      now,
      transactions: 20,
      only: casesFor(id),
    })
    const others = outcomes.filter(({ result }) => result !== 'passed')
    const failed = others.map(({ case: { id: one }, result }) => `${one} ${result}`)
    // One that mixes people up does so in several of these cases, as they come together by chance.
    const allowed = crowded.includes(id) ? crowded.map((one) => `${one} failed`) : [`${id} failed`]
    expect(failed.join(), id).toContain(`${id} failed`)
    expect(failed.filter((one) => !allowed.includes(one))).toEqual([])
  })

  test('that refuses the good token passes nothing by refusing', async () => {
    await using server = await startServer(prepared, { mutate: mutations['accept-rs256']!() })
    const { outcomes } = await evaluate({
      url: server.url,
      pki: prepared.pki,
      terminals,
      now,
      transactions: 20,
      only: casesFor(''),
    })
    for (const { case: one, result, reason } of outcomes) {
      if (one.id === 'accept-rs256') expect([result, reason]).toEqual(['failed', 'refused'])
      else if (one.expected === 'refuse')
        expect([one.id, result, reason]).toEqual([one.id, 'not-run', 'proves-nothing'])
      else expect([one.id, result]).toEqual([one.id, 'passed'])
    }
  })
})
