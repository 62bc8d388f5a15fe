import { describe, expect, test, vi } from 'vitest'
import { TimeLimit } from '../../../src/server/http/exchange.ts'

describe('a time limit', () => {
  test('ends each request once, in order, and those only that are late', () => {
    vi.useFakeTimers()
    try {
      const limit = new TimeLimit(100)
      const ended: string[] = []
      const begin = (name: string): { readonly begun: number } => {
        const one = { begun: performance.now() }
        limit.begin(one, () => void ended.push(name))
        return one
      }
      begin('a')
      vi.advanceTimersByTime(60)
      const b = begin('b')
      begin('c')
      vi.advanceTimersByTime(45)
      expect(ended).toEqual(['a'])
      limit.end(b)
      vi.advanceTimersByTime(60)
      expect(ended).toEqual(['a', 'c'])
      // Nothing runs on when nothing is watched, and it begins again with the next.
      expect(vi.getTimerCount()).toBe(0)
      begin('d')
      vi.advanceTimersByTime(105)
      expect(ended).toEqual(['a', 'c', 'd'])
    } finally {
      vi.useRealTimers()
    }
  })
})
