import { describe, expect, test } from 'vitest'
import { type Composer, memoryStore } from '../../../src/server/index.ts'
import { Breaker } from '../../../src/server/issuance/breaker.ts'
import { composed, deskOf, documents, outcome, register, settled, TestClock, visitOf } from './fixture.ts'

const terminal = 'kiosk-1'

/** A gate: what waits for it goes on when it is opened. */
function gate() {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

describe('what overlaps', () => {
  test('a desk that is closed while a case is opened composes nothing for it', async () => {
    const { open, opened } = gate()
    let orders = 0
    const composer: Composer = {
      compose: async (order) => {
        orders += 1
        return composed(order)
      },
    }
    const { desk } = deskOf({ composer, audit: { write: () => opened } })
    const opening = desk.open(visitOf().accepted, documents)
    await settled()
    await desk.close()
    open()
    await opening
    await settled()
    expect(orders).toBe(0)
  })

  test.each([[4], [undefined]])(
    'a mismatch that is reported after the end of its case (fence %s) stops issuing',
    async (fence) => {
      const { desk, clock } = deskOf()
      const { id } = await desk.open(visitOf().accepted, documents)
      await settled()
      await desk.release(id, { terminal, fence: 3 })
      await clock.advance(300_000)
      await desk.sweep()
      expect((await desk.state(id, { terminal })).state).toBe('expired')
      expect((await desk.report(id, { terminal, fence, outcome: 'mismatch' })).state).toBe('expired')
      expect(await desk.stopped()).toMatchObject({ reason: 'terminal-mismatch', case: id })
    },
  )

  test('a mismatch of a case that was not released is refused, and stops nothing', async () => {
    const { desk, clock } = deskOf()
    const { id } = await desk.open(visitOf().accepted, documents)
    await settled()
    expect(await outcome(desk.report(id, { terminal, outcome: 'mismatch' }))).toBe('ERR_CASE_STATE')
    await clock.advance(300_000)
    await desk.sweep()
    expect(await outcome(desk.report(id, { terminal, outcome: 'mismatch' }))).toBe('ERR_CASE_STATE')
    expect(await desk.stopped()).toBeUndefined()
  })

  test('a register that goes on between two cases is not older than it was', async () => {
    const clock = new TestClock()
    const { open, opened } = gate()
    const residents = register({}, clock)
    const slow = {
      ...residents,
      lookup: async (...question: Parameters<typeof residents.lookup>) => {
        const answer = await residents.lookup(...question)
        if (question[0].holder === 'holder-1') await opened
        else return { ...answer, sequence: answer.sequence + 1 }
        return answer
      },
    }
    const { desk } = deskOf({ clock, registers: [slow] })
    const first = await desk.open(visitOf(1).accepted, documents)
    const second = await desk.open(visitOf(2).accepted, documents)
    await settled()
    expect((await desk.state(second.id, { terminal })).state).toBe('sealed')
    open()
    await settled()
    expect((await desk.state(first.id, { terminal })).state).toBe('sealed')
  })
})

describe('a stop that is found', () => {
  const stop = { at: 1, reason: 'subject' }
  const other = { at: 2, reason: 'case' }

  /** A store on which the answer to the next read or compare-and-set can be made to wait, or a read to fail. */
  function slowStore() {
    const store = memoryStore()
    const waits: Record<'read' | 'compareAndSet', Promise<void> | undefined> = {
      read: undefined,
      compareAndSet: undefined,
    }
    const later = async <T>(name: keyof typeof waits, work: Promise<T>): Promise<T> => {
      const wait = waits[name]
      waits[name] = undefined
      const answer = await work
      await wait
      return answer
    }
    const slow = {
      ...store,
      read: (...question: Parameters<typeof store.read>) => later('read', store.read(...question)),
      compareAndSet: (...changes: Parameters<typeof store.compareAndSet>) => {
        return later('compareAndSet', store.compareAndSet(...changes))
      },
    }
    return { slow, waits }
  }

  test('while issuing is resumed, and cannot be written then, stops it again', async () => {
    const { slow, waits } = slowStore()
    const breaker = new Breaker(slow)
    await breaker.stop(stop)
    const resumed = gate()
    waits.compareAndSet = resumed.opened
    const resuming = breaker.resume(await breaker.read())
    await settled()
    waits.read = Promise.reject(new Error('no answer'))
    await expect(breaker.stop(other)).rejects.toThrow('no answer')
    resumed.open()
    await resuming
    expect(breaker.known.stop).toEqual(other)
    await breaker.flush()
    expect((await new Breaker(slow).read()).state).toEqual({ epoch: 1, stop: other })
  })

  test('after a clerk has looked, and before issuing is resumed, is not resumed with the others', async () => {
    const store = memoryStore()
    const breaker = new Breaker(store)
    await breaker.stop(stop)
    const seen = await breaker.read()
    expect(await new Breaker(store).stop(other)).toBe(false)
    expect(await outcome(breaker.resume(seen))).toBe('ERR_CASE_STATE')
    const again = await breaker.read()
    expect(again.state).toEqual({ epoch: 0, stop: { ...stop, more: 1 } })
    await breaker.resume(again)
    expect((await breaker.read()).state).toEqual({ epoch: 1 })
  })

  test('after a resumption elsewhere, while the first stop has no answer yet, stops it again', async () => {
    const { slow, waits } = slowStore()
    const breaker = new Breaker(slow)
    const written = gate()
    const read = gate()
    waits.compareAndSet = written.opened
    const first = breaker.stop(stop)
    await settled()
    const elsewhere = new Breaker(slow)
    await elsewhere.resume(await elsewhere.read())
    waits.read = read.opened
    const second = breaker.stop(other)
    written.open()
    await first
    read.open()
    await second
    expect((await new Breaker(slow).read()).state).toEqual({ epoch: 1, stop: other })
  })
})
