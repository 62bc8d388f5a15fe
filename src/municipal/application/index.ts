/**
 * Municipal applications of a card (証明書等自動交付AP, 条例利用AP). Their layouts are not public, so profiles describe them as data.
 */
export { IssuanceApplication } from './application.ts'
export { checkProfile, loadProfile } from './load-profile.ts'
export type {
  IssuanceProfile,
  ObjectSource,
  PinRules,
  ProfileCard,
  ProfileObject,
  TaggedBlock,
  TlvContent,
} from './profile.ts'
export { issuanceProfileFormat, profileCards } from './profile.ts'
export type { IssuanceRecord } from './read-record.ts'
export { readIssuanceRecord } from './read-record.ts'
