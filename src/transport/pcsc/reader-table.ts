import type { ReaderEvent, ReaderState } from '../connection.ts'
import { readerState } from './binding.ts'

/** Last known state of one reader. */
export interface ReaderEntry {
  readonly name: string
  readonly state: number
  readonly atr: Uint8Array | undefined
}

/** The last reported states of the readers, and the events derived from their changes. */
export class ReaderTable {
  readonly #entries = new Map<string, ReaderEntry>()

  get(name: string): ReaderEntry | undefined {
    return this.#entries.get(name)
  }

  names(): string[] {
    return [...this.#entries.keys()]
  }

  /** Sorted by name: bindings report the readers in any order. */
  states(): ReaderState[] {
    return this.#sorted().map(toReaderState)
  }

  /** Applies a new state; returns the resulting events, in order. */
  update(name: string, state: number, atr: Uint8Array | undefined): ReaderEvent[] {
    const before = this.#entries.get(name)
    const entry: ReaderEntry = { name, state, atr: isPresent(state) && atr?.length ? new Uint8Array(atr) : undefined }
    this.#entries.set(name, entry)
    return [...(before === undefined ? [attached(entry)] : []), ...cardEventsBetween(before, entry)]
  }

  /** Removes a reader; returns the resulting events, in order. */
  remove(name: string): ReaderEvent[] {
    const before = this.#entries.get(name)
    if (before === undefined) return []
    this.#entries.delete(name)
    const removed: ReaderEvent[] = isPresent(before.state) ? [{ type: 'card-removed', reader: name }] : []
    return [...removed, { type: 'reader-detached', reader: name }]
  }

  /** The initial events of a new watcher. */
  opening(): ReaderEvent[] {
    return this.#sorted().flatMap((entry) => [attached(entry), ...cardEventsBetween(undefined, entry)])
  }

  #sorted(): ReaderEntry[] {
    return [...this.#entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}

export function toReaderState({ name, state, atr }: ReaderEntry): ReaderState {
  const base = {
    name,
    cardPresent: isPresent(state),
    mute: isPresent(state) && (state & readerState.mute) !== 0,
    busy: (state & readerState.exclusive) !== 0,
  }
  return atr === undefined ? base : { ...base, atr }
}

export function isPresent(state: number): boolean {
  return (state & readerState.present) !== 0
}

/** Insertions and removals counted so far (16 bits, wraps); 0 where the service does not count. */
export function cardEvents(state: number): number {
  return state >>> 16
}

function attached(entry: ReaderEntry): ReaderEvent {
  return { type: 'reader-attached', reader: toReaderState(entry) }
}

function cardEventsBetween(before: ReaderEntry | undefined, after: ReaderEntry): ReaderEvent[] {
  const was = before !== undefined && isPresent(before.state)
  const is = isPresent(after.state)
  const removed: ReaderEvent = { type: 'card-removed', reader: after.name }
  const inserted: ReaderEvent = { type: 'card-inserted', reader: toReaderState(after) }
  if (was !== is) return is ? [inserted] : [removed]
  if (!is || before === undefined) return []
  // Present before and after: the card may have been replaced in between, which only the counter shows.
  if (cardEvents(before.state) !== cardEvents(after.state)) return [removed, inserted]
  return toReaderState(before).mute && !toReaderState(after).mute ? [inserted] : []
}
