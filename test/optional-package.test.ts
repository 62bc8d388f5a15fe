import { describe, expect, test } from 'vitest'
import { DependencyError } from '../src/errors.ts'
import { load } from '../src/optional-package.ts'
import { thrown } from './support/vectors.ts'

describe('an optional package', () => {
  test('that is not installed is named, with what was told of it', async () => {
    const cause = new Error('Cannot find package')
    const error = await thrown<DependencyError>(() => load('hono', () => Promise.reject(cause)))
    expect(error).toBeInstanceOf(DependencyError)
    expect(error).toMatchObject({ code: 'ERR_DEPENDENCY_MISSING', dependency: 'hono', cause })
  })

  test('that is there is handed on', async () => {
    expect(await load('hono', async () => 1)).toBe(1)
  })
})
