import type { PinReference } from '../card/index.ts'
import { pinReference } from '../pins.ts'
import { registryApplications } from '../registry/index.ts'

/** File identifiers of the Juki application. Where the 住民票コード is stored is not public. */
export const jukiFiles = {
  /** Record 1: a key identifier, the same as in the common application. Which key it names is not public. */
  keyReference: 0x0002,
  pin: 0x001c,
} as const

/** 住民基本台帳用暗証番号: four digits, 3 tries; municipal 統合端末 use it. */
export const jukiPin: PinReference = pinReference('juki', registryApplications.juki, jukiFiles.pin)
