import type { PinReference } from '../../card/index.ts'
import { pinReference } from '../../pins.ts'
import { registryApplications } from '../../registry/index.ts'

/**
 * File identifiers of the common application (共通カードAP). Public reverse engineering; confidence and sources:
 * `docs/card-facts.md` 3.5.
 */
export const commonFiles = {
  /** Record 1: serial number, municipality, expiry. */
  cardRecord: 0x0001,
  /** Record 1: a key identifier, the same as in the Juki application. Which key it names is not public. */
  keyReference: 0x0002,
  /** Key of INTERNAL AUTHENTICATE. */
  authenticationKey: 0x0019,
  pin: 0x001c,
} as const

/** Four digits, 3 tries. Holders usually set it and the PIN of the Juki application to one value; each has its own tries. */
export const commonPin: PinReference = pinReference('common', registryApplications.common, commonFiles.pin)
