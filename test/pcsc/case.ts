import type { Fixture } from '../support/pcscd-fixture.ts'

/** One conformance case. Resolves with the outcome for the table: nothing means `ok`. */
export interface Case {
  readonly title: string
  readonly run: (fixture: Fixture) => Promise<string | undefined>
}

/** The `code` that the promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error)
  }
  return 'no error'
}

/** Milliseconds the work takes. */
export async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** A command APDU that carries its number. */
export function numbered(i: number): Uint8Array {
  return Uint8Array.of(0x80, 0x10, i >> 8, i & 0xff)
}

/** Waits until the condition holds. */
export async function eventually(condition: () => boolean, timeoutMs = 3000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Counts, from now on, how often a timer of 1 ms ran: of a call that blocks the event loop there is one turn or none. */
export function loopTurns(): () => number {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  return () => {
    clearInterval(timer)
    return turns
  }
}
