import { TransportError } from '../../errors.ts'
import type { CardConnection } from '../../transport/index.ts'
import type { PinReference } from '../pin-guard.ts'
import type { CardSession } from '../session.ts'
import { decodeFeatures, decodePinProperties, decodeTlvProperties, type PinpadProperties } from './features.ts'

/** Time limit of one feature query, milliseconds. */
const queryMs = 5000
/** Bits of a PIN block's length, PC/SC part 10 clause 2.5.2: 4. */
const longestBlock = 15

/** A reader with a PIN pad and secure PIN entry. Bound to the connection it was found on. */
export interface Pinpad extends PinpadProperties {
  readonly connection: CardConnection
  /** Control code of FEATURE_VERIFY_PIN_DIRECT. */
  readonly verifyCode: number
  /** Control code of FEATURE_MODIFY_PIN_DIRECT; without it PINs cannot be changed there. */
  readonly modifyCode: number | undefined
}

/**
 * Why no PIN pad was found: the binding has no control transfers, the reader no PIN pad, or the response of its driver
 * is malformed.
 */
export type NoPinpad = 'no-control' | 'not-offered' | 'malformed'

/** Result of {@link findPinpad}. */
export type PinpadSearch =
  | { readonly pinpad: Pinpad; readonly reason?: undefined }
  | { readonly pinpad: undefined; readonly reason: NoPinpad }

/**
 * Looks for a PIN pad at the reader of a session. Sends nothing to the card. Without one, ask for the PIN on the screen
 * and use `verifyPin`.
 *
 * @throws TransportError when reader or card are lost meanwhile.
 */
export async function findPinpad(session: CardSession): Promise<PinpadSearch> {
  const { connection } = session
  const { control } = connection
  if (control === undefined) return { pinpad: undefined, reason: 'no-control' }
  const ask = async (code: number): Promise<Uint8Array | undefined> => {
    try {
      return await control.send(code, new Uint8Array(), queryMs)
    } catch (error) {
      // Drivers refuse unknown control codes in many ways, all mapped to this error.
      if (error instanceof TransportError && error.code === 'ERR_TRANSPORT') return undefined
      throw error
    }
  }
  const answer = await ask(control.featureRequest)
  if (answer === undefined) return { pinpad: undefined, reason: 'not-offered' }
  const features = decodeFeatures(answer)
  if (features === undefined) return { pinpad: undefined, reason: 'malformed' }
  const { verifyPinDirect: verifyCode, modifyPinDirect: modifyCode, pinProperties, tlvProperties } = features
  if (verifyCode === undefined) return { pinpad: undefined, reason: 'not-offered' }
  const reported = pinProperties === undefined ? undefined : await ask(pinProperties)
  const more = tlvProperties === undefined ? undefined : await ask(tlvProperties)
  const unknown = { hasDisplay: true, endsBy: undefined, shortest: undefined, longest: undefined }
  const properties: PinpadProperties = {
    ...unknown,
    ...(reported !== undefined && decodePinProperties(reported)),
    ...(more !== undefined && decodeTlvProperties(more)),
  }
  return { pinpad: { connection, verifyCode, modifyCode, ...properties } }
}

/**
 * Why a PIN cannot be entered at a PIN pad. `letters`: it may contain letters (the signature password), and the PIN pad
 * has digits only. `length`: its length is not fixed, or not supported by PIN pad or PC/SC.
 */
export type PinpadMisfit = 'letters' | 'length'

/** Whether the PIN can be entered there; `undefined` when it can. Otherwise ask for it on the screen. */
export function pinpadMisfit(pinpad: Pinpad, { format }: PinReference): PinpadMisfit | undefined {
  if (format.kind !== 'digits') return 'letters'
  const { length, max = length } = format
  // With a varying length the reader would have to write the length byte: readers may differ in that.
  if (max !== length || length > longestBlock) return 'length'
  return length < (pinpad.shortest ?? 0) || length > (pinpad.longest ?? longestBlock) ? 'length' : undefined
}
