import type { TestProject } from 'vitest/node'
import { createAuthorities, issueUserCertificates } from '../../src/emulator/index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    issuedOnce: Awaited<ReturnType<typeof issueOnce>> | undefined
  }
}

export const now = new Date('2026-06-01T00:00:00Z')
export const day = 86_400_000

/** A CA and one holder, with fresh keys. */
export async function issueOnce() {
  const authorities = await createAuthorities({ now })
  return { authorities, user: await issueUserCertificates(authorities, { now: new Date(now.getTime() - 30 * day) }) }
}

/** Makes them for all test files of a run, where these run over and over: npm run mutate. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('issuedOnce', await issueOnce())
}
