import { readFileSync } from 'node:fs'

/** A vector file: its cases, each with an `id` that titles its test. */
export function vectors<Case>(path: string): readonly Case[] {
  const file = JSON.parse(readFileSync(new URL(`../../vectors/${path}`, import.meta.url), 'utf8')) as { cases: Case[] }
  return file.cases
}

/** The coded error a call throws, or the rejection of a promise; fails when there is none. */
export async function thrown<E = Error>(call: () => unknown): Promise<E> {
  try {
    await call()
  } catch (error) {
    return error as E
  }
  throw new Error('nothing was thrown')
}
