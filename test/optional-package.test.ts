import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DependencyError } from '../src/errors.ts'
import { load, loadAll, missingFile, missingPackages, type OptionalPackage } from '../src/optional-package.ts'
import { thrown } from './support/vectors.ts'

const { peerDependencies, peerDependenciesMeta, devDependencies } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as {
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
  readonly devDependencies: Readonly<Record<string, string>>
}

describe('an optional package', () => {
  test('that is not installed is named, with its cause and the command that installs it', async () => {
    const cause = new Error('Cannot find package')
    const error = await thrown<DependencyError>(() => load('hono', () => Promise.reject(cause)))
    expect(error).toBeInstanceOf(DependencyError)
    expect(error).toMatchObject({ code: 'ERR_DEPENDENCY_MISSING', dependency: 'hono', cause })
    expect(error.message).toBe('the package hono is not installed: npm install hono@4')
  })

  test('that is there is handed on', async () => {
    expect(await load('hono', async () => 1)).toBe(1)
  })

  test('is an optional peer in package.json, of the version that the command installs, and installed for our tests', () => {
    const names = Object.keys(peerDependencies) as OptionalPackage[]
    expect(Object.keys(peerDependenciesMeta)).toEqual(names)
    for (const name of names) {
      expect(peerDependenciesMeta[name]!.optional).toBe(true)
      expect(peerDependencies[name]).toBe(`^${devDependencies[name]}`)
      // Below 1.0, the second number is what may break.
      const major = /^(0\.\d+|\d+)/.exec(devDependencies[name]!)![0]
      expect(missingPackages([name], undefined).message).toMatch(new RegExp(`: npm install ${name}@${major}$`))
    }
    expect(missingPackages(['zod'], undefined).message).not.toContain('undefined')
  })
})

describe('several optional packages', () => {
  test('that are missing are named at once', async () => {
    const cause = new Error('Cannot find package')
    const missing = () => Promise.reject(cause)
    const error = await thrown<DependencyError>(() => loadAll({ zod: missing, hono: async () => 1, redis: missing }))
    expect(error).toMatchObject({ dependency: 'zod', dependencies: ['zod', 'redis'], cause })
    expect(error.message).toBe('the packages zod, redis are not installed: npm install zod@4 redis@6')
  })

  test('that are there are no error', async () => {
    await expect(loadAll({ zod: async () => 1, hono: async () => 1 })).resolves.toBeUndefined()
  })
})

test('a file that a bundle lacks is named with the option that says where it is', () => {
  const error = missingFile('host.js', 'set isolated.program to its path', undefined)
  expect(error).toMatchObject({ code: 'ERR_DEPENDENCY_MISSING', dependency: 'host.js' })
  expect(error.message).toContain('isolated.program')
})
