import { type ResponseApdu, readRecord } from '../../apdu/index.ts'
import { bringsData, readDataObject, refusal } from '../../card/files.ts'
import {
  type CardSession,
  type Keypad,
  type Pin,
  type PinReference,
  type PinStatus,
  readFile,
  readPinStatus,
  refuseInherited,
  type VerifyPinOptions,
  verifyPin,
} from '../../card/index.ts'
import { overReset, selectEf } from '../../card/session.ts'
import type { IssuanceProfile, ObjectSource } from './profile.ts'
import { type IssuanceRecord, readIssuanceRecord } from './read-record.ts'

/**
 * A municipal application (証明書等自動交付AP, 条例利用AP) of a card in a session, as a profile describes it. Operations run
 * one after another; if another application of the same session was used in between, this one is selected again, and
 * then its PIN has to be verified again.
 */
export class IssuanceApplication {
  readonly session: CardSession
  readonly profile: IssuanceProfile

  private constructor(session: CardSession, profile: IssuanceProfile) {
    this.session = session
    this.profile = profile
  }

  /**
   * Selects the application.
   *
   * @throws StatusWordError `ERR_APPLICATION_NOT_FOUND` when the card does not have it.
   */
  static async open(session: CardSession, profile: IssuanceProfile): Promise<IssuanceApplication> {
    await session.exclusively(() => session.selectApplication(profile.application))
    return new IssuanceApplication(session, profile)
  }

  /**
   * Tries left and state of the PIN. Spends no try.
   *
   * @throws TypeError when the card does not verify a PIN of this application: see `profile.pin`.
   */
  async pinStatus(): Promise<PinStatus> {
    const pin = this.#pin()
    return this.#run(() => readPinStatus(this.session, pin))
  }

  /**
   * Verifies the PIN under the guard, see `verifyPin` of `jpki-card/card`. Consumes it.
   *
   * @throws TypeError when the card does not verify a PIN of this application; the PIN is wiped all the same.
   */
  async verifyPin(value: Pin | Keypad, options?: VerifyPinOptions): Promise<void> {
    try {
      const pin = this.#pin()
      await this.#run(() => verifyPin(this.session, pin, value, options))
    } finally {
      value.wipe()
    }
  }

  /**
   * Reads all objects and interprets them. If the card requires the PIN, call `verifyPin` first; a PIN left verified by
   * another program is not used, and is cleared.
   *
   * @throws StatusWordError `ERR_SECURITY_STATUS` when the PIN is required first, `ERR_FILE_NOT_FOUND`,
   *   `ERR_STATUS_WORD`.
   * @throws DecodeError `ERR_CARD_DATA`, `ERR_TLV`; WrongCardError `ERR_WRONG_CARD`, see {@link readIssuanceRecord}.
   */
  async read(): Promise<IssuanceRecord> {
    const objects: Record<string, Uint8Array> = await this.#run(async () => {
      const read: Record<string, Uint8Array> = {}
      for (const { id, source, pin } of this.profile.objects) {
        if (pin) await refuseInherited(this.session, this.#pin())
        read[id] = await this.#readObject(source)
      }
      return read
    })
    return readIssuanceRecord(this.profile, objects)
  }

  #pin(): PinReference {
    const { pin, pinReference } = this.profile
    if (pinReference !== undefined) return pinReference
    throw new TypeError(
      pin === undefined
        ? 'this application has no PIN'
        : 'the municipality, not the card, verifies the PIN of this application',
    )
  }

  #run<T>(body: () => Promise<T>): Promise<T> {
    return this.session.within(this.profile.application, body)
  }

  async #readObject(source: ObjectSource): Promise<Uint8Array> {
    const { session } = this
    switch (source.kind) {
      case 'data-object':
        return whole('GET DATA', await session[overReset](() => readDataObject(session, source.tag)))
      case 'record':
        return session[overReset](async () => {
          await session[selectEf](source.fid)
          return whole('READ RECORD', await session.transmit(readRecord(source.record, 'current')))
        })
      case 'bytes':
        return readFile(session, source.fid, { bytes: source.bytes })
      case 'object':
        return readFile(session, source.fid, { object: { maxBytes: source.maxBytes } })
    }
  }
}

function whole(name: string, response: ResponseApdu): Uint8Array {
  if (!bringsData(response)) throw refusal(name, response)
  return response.data
}
