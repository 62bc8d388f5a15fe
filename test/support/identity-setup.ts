import type { TestProject } from 'vitest/node'
import { createIdentity, exportIdentity } from '../../src/emulator/index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    identity: string
  }
}

/** Makes one invented person with fresh keys per run and hands it to every test file. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('identity', exportIdentity(await createIdentity()))
}
