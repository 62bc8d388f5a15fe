import { ins, type Reference } from '../apdu/index.ts'
import {
  type CardSession,
  changePin,
  type Pin,
  type PinStatus,
  readPinStatus,
  type VerifyPinOptions,
  verifyPin,
} from '../card/index.ts'
import { jukiPin, registryApplications } from './files.ts'

/**
 * The Juki application (住民基本台帳用AP) of a card in a session: its PIN. The place and form of the 住民票コード are not
 * public, so nothing is read here.
 */
export class JukiApplication {
  readonly session: CardSession

  private constructor(session: CardSession) {
    this.session = session
  }

  /** Selects the application. @throws StatusWordError `ERR_APPLICATION_NOT_FOUND`. */
  static async open(session: CardSession): Promise<JukiApplication> {
    await session.exclusively(() => session.selectApplication(registryApplications.juki))
    return new JukiApplication(session)
  }

  /** Tries left and state of the PIN. Spends no try. */
  pinStatus(): Promise<PinStatus> {
    return this.#run(() => readPinStatus(this.session, jukiPin))
  }

  /** Verifies the PIN under the guard, see `verifyPin` of `jpki-card/card`. Consumes it. */
  verifyPin(value: Pin, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => verifyPin(this.session, jukiPin, value, options))
  }

  /** Changes the PIN under the guard; this application takes CHANGE KEY `80 32 00` (one public source). Consumes both. */
  changePin(value: { current: Pin; next: Pin }, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => changePin(this.session, jukiPin, value, options, changeKey))
  }

  #run<T>(body: () => Promise<T>): Promise<T> {
    return this.session.exclusively(async () => {
      await this.session.ensureApplication(registryApplications.juki)
      return body()
    })
  }
}

function changeKey(reference: Reference, value: Uint8Array) {
  const p2 = reference === 'current' ? 0x80 : 0x80 | reference
  return { name: 'CHANGE KEY', cla: 0x80, ins: ins.changeKey, p1: 0, p2, data: value, sensitive: true }
}
