/**
 * A virtual My Number card, Juki card or phone token: in process, or in a real pcscd through vpcd.
 *
 * @example
 * ```ts
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 *
 * const transport = new VirtualTransport({ readers: ['counter'] })
 * // A Juki card whose PIN has one try left.
 * transport.insert(await createVirtualCard({ kind: 'juki', triesLeft: { sign: 1 } }))
 * for (const { name, cardPresent } of await transport.readers()) console.log(name, cardPresent)
 * transport.remove()
 * await transport.close()
 * ```
 * @module jpki-card/emulator
 */

export { verificationCodeB } from './applications/card-face-parts.ts'
export { type ContentFault, contentFaults } from './applications/content-faults.ts'
export {
  type IssuanceFault,
  type IssuanceOptions,
  issuanceFaults,
  type ProfileIssuanceOptions,
} from './applications/issuance-options.ts'
export type { ProfileValues } from './applications/profile-content.ts'
export { createVirtualCard } from './create-virtual-card.ts'
export { checkFaultScript, type Fault, type FaultAction, type FaultScript } from './faults.ts'
export { type Authorities, type AuthorityOptions, createAuthorities } from './issue/authorities.ts'
export { type CardVerifiableKey, type CvcChain, type VirtualRoot, virtualRoots } from './issue/cvc.ts'
export type { AuthorityOrganization } from './issue/distinguished-name.ts'
export type { Holder } from './issue/holder.ts'
export { createIdentity, type Identity, type IdentityOptions } from './issue/identity.ts'
export { exportIdentity, type IdentityCard, importCard, importIdentity } from './issue/identity-file.ts'
export {
  issueOcspResponder,
  issueOcspResponse,
  type OcspResponderOptions,
  type OcspResponseOptions,
} from './issue/ocsp.ts'
export {
  issueRevocationList,
  type RevocationListEntry,
  type RevocationListOptions,
} from './issue/revocation-list.ts'
export {
  issueUserCertificates,
  type UserCertificateOptions,
  type UserCertificates,
} from './issue/user-certificates.ts'
export {
  type MagneticTrack,
  type MunicipalStripeFault,
  type MunicipalStripeOptions,
  magneticTracks,
  municipalStripe,
  municipalStripeFaults,
  packBits,
  profileStripe,
  type StripeFault,
  type SwipeOptions,
  swipeStripe,
  type TypingOptions,
  typeStripes,
} from './magnetic-stripe.ts'
export {
  type ExtendedAnswers,
  type VirtualCardCapabilities,
  type VirtualCardKind,
  type VirtualCardOptions,
  virtualCardKinds,
} from './options.ts'
export type { IssuedCertificate, KeyPair } from './rsa.ts'
export { type PinName, pinNames } from './table.ts'
export {
  createTown,
  type Mood,
  moods,
  type Resident,
  type Town,
  type TownOptions,
} from './town.ts'
export { VirtualTransport, type VirtualTransportOptions } from './transport/virtual-transport.ts'
export type { LoggedExchange, VirtualCard } from './virtual-card.ts'
export { VirtualCardGone, type VirtualCardGoneReason } from './virtual-card.ts'
export { attachToVpcd, type VpcdAttachment, type VpcdOptions } from './vpcd.ts'
