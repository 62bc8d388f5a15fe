import { readdir } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ProcessSample } from '../../reader-test/index.ts'

let collect: (() => void) | undefined

/** What this process holds now, its heap collected first. */
export async function sampleProcess(): Promise<ProcessSample> {
  collect ??= collector()
  // What the first collection lets go of may free more at the next.
  for (let i = 0; i < 3; i++) {
    collect?.()
    await turn()
  }
  const resources: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  // The listing itself holds one.
  const descriptors = await readdir('/proc/self/fd').then(
    (entries) => entries.length - 1,
    () => undefined,
  )
  return {
    heapBytes: process.memoryUsage().heapUsed,
    collected: collect !== undefined,
    resources,
    ...(descriptors !== undefined && { descriptors }),
  }
}

/** Garbage collection on demand: `--expose-gc`, or the same flag set now. */
function collector(): (() => void) | undefined {
  if (globalThis.gc !== undefined) return () => globalThis.gc?.()
  try {
    setFlagsFromString('--expose-gc')
    return runInNewContext('gc') as () => void
  } catch {
    return undefined
  }
}
