import { readdir } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ProcessSample } from '../../reader-test/index.ts'

let collect: (() => void) | undefined

/** Memory and descriptors of this process, after garbage collection. */
export async function sampleProcess(): Promise<ProcessSample> {
  collect ??= collector()
  // Finalizers of the first collection may make more garbage collectable.
  for (let i = 0; i < 3; i++) {
    collect?.()
    await turn()
  }
  const resources: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  // The listing itself uses one.
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
