import { cardEvents, isPresent, type ReaderEntry } from './reader-table.ts'

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
