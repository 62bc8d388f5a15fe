import type { CaseStore, TextChange } from '../../src/server/stores/store.ts'

/** Deliberately broken arrangements of the desk's ports, each of which the simulation must find. */
export const variants = {
  'no-fence': 'a store whose compare-and-set does not compare',
  'no-seal': 'sealed documents that anyone opens, whatever they are sealed to',
  'names-by-second': 'cases are named by the second of the clock',
  'lock-freed':
    'a composer with one current file, whose lock a time-out frees while the request goes on; markers are not compared',
  'per-process-state': 'each process with a store of its own',
} as const

/** One of {@link variants}. */
export type Variant = keyof typeof variants

export const variantNames = Object.keys(variants) as readonly Variant[]

/** The store of `no-fence`: whatever is expected is taken as found. */
export function withoutFence<Store extends CaseStore>(store: Store): Store {
  return {
    ...store,
    async compareAndSet(changes: readonly TextChange[]) {
      const asFound = await Promise.all(
        changes.map(async (change) => {
          const present = await store.read(change.key)
          return { ...change, expected: present, next: change.next === change.expected ? present : change.next }
        }),
      )
      return store.compareAndSet(asFound)
    },
  }
}

/** The ids of `names-by-second`: 32 characters, from the second of a time in milliseconds. */
export function nameOfSecond(now: number): string {
  return String(Math.floor(now / 1_000)).padStart(32, '0')
}
