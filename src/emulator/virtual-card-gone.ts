/** The one error an exchange with the virtual card can end in. */

/** Why no answer came: `unpowered` nobody switched the card on, `pulled` and `reset` a fault, `powered-off` meanwhile. */
export type VirtualCardGoneReason = 'unpowered' | 'pulled' | 'reset' | 'powered-off'

/** The card gave no answer because it is not there (any more), or was reset. Transports map it to their own errors. */
export class VirtualCardGone extends Error {
  readonly reason: VirtualCardGoneReason
  constructor(reason: VirtualCardGoneReason) {
    super(`the virtual card gave no answer: ${reason}`)
    this.name = 'VirtualCardGone'
    this.reason = reason
  }
}
