import type { StripeError } from '../../errors.ts'
import type { PersonalText } from '../profile/index.ts'
import type { StripeFormatId } from './formats.ts'

/** One track that was read. */
export interface StripeTrack {
  readonly format: StripeFormatId
  /** Of the swipe; undefined when the reader keeps it to itself. */
  readonly direction: 'forward' | 'reverse' | undefined
  /** Parity and LRC were checked here. False: the reader gave text, and its word is all there is. */
  readonly checked: boolean
  /** Characters between the sentinels: ASCII; on `jis2` 7-bit codes of JIS X 0201, SO and SI among them. */
  readonly data: PersonalText
  /** What was put right: letters the Caps Lock changed, full-width forms of an input method, a keyboard layout that was named. */
  readonly repaired: readonly ('case' | 'width' | 'layout')[]
}

/** What one swipe gave, whatever the reader. Blank tracks are left out. */
export interface Swipe {
  readonly source: 'bits' | 'keyboard'
  /** At least one. */
  readonly tracks: readonly StripeTrack[]
  /** Tracks that hold something which cannot be read. */
  readonly unreadable: readonly { readonly format: StripeFormatId; readonly error: StripeError }[]
}
