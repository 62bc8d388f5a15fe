import type { ReaderEvent, ReaderState } from '../connection.ts'
import { readerState } from './binding.ts'

/** Last known state of one reader. */
interface ReaderEntry {
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

function toReaderState({ name, state, atr }: ReaderEntry): ReaderState {
  const base = {
    name,
    cardPresent: isPresent(state),
    mute: isPresent(state) && (state & readerState.mute) !== 0,
    busy: (state & readerState.exclusive) !== 0,
  }
  return atr === undefined ? base : { ...base, atr }
}

function isPresent(state: number): boolean {
  return (state & readerState.present) !== 0
}

/** Insertions and removals counted so far (16 bits, wraps); 0 where the service does not count. */
function cardEvents(state: number): number {
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

/**
 * The insertion a connection belongs to: the reader's count of insertions and removals at connection time (16 bits).
 * Events about an earlier card must not end a connection to the present one, nor the other way round.
 */
export type CardMark = number

/** @param fromHandle - the count reported with the handle; otherwise the count of the last event is used. */
export function cardMark(fromHandle: number | undefined, entry: ReaderEntry | undefined): CardMark {
  if (fromHandle !== undefined) return fromHandle
  if (entry === undefined) return 0
  const counted = cardEvents(entry.state)
  // The card is present, or connecting would have failed; if the last event is older, the insertion is still to be
  // reported.
  return isPresent(entry.state) || counted === 0 ? counted : (counted + 1) & 0xffff
}

/** Whether, by the last event, the card of the mark is no longer in the reader. */
export function hasLeft(mark: CardMark, entry: ReaderEntry | undefined): boolean {
  if (entry === undefined) return true
  const counted = cardEvents(entry.state)
  if (counted === 0) return !isPresent(entry.state)
  const ahead = (counted - mark) & 0xffff
  if (ahead === 0 || ahead >= 0x8000) return false
  return !isPresent(entry.state) || ahead >= 2
}
