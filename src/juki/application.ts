import { changeKey } from '../apdu/index.ts'
import {
  type CardSession,
  changePin,
  type Keypad,
  type Pin,
  type PinReference,
  type PinStatus,
  readFile,
  readFileRecord,
  readPinStatus,
  refuseInherited,
  type VerifyPinOptions,
  verifyPin,
} from '../card/index.ts'
import { wiping } from '../card/pin.ts'
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

/**
 * The Juki application (住民基本台帳用AP) of a card in a session: its PIN, and files by number for systems that are allowed to
 * read them and know which. The file and the form of the 住民票コード are undocumented, so this package does not read it;
 * `ResidentCode` takes a code that the caller already has.
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
  verifyPin(value: Pin | Keypad, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => verifyPin(this.session, jukiPin, value, options)).finally(wiping(value))
  }

  /** Changes the PIN under the guard; this application takes CHANGE KEY `80 32 00` (one public source). Consumes both. */
  changePin(value: { current: Pin; next: Pin }, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => changePin(this.session, jukiPin, value, options, changeKey)).finally(
      wiping(value.current, value.next),
    )
  }

  /**
   * Reads a transparent file by its number. A PIN that another program left verified opens nothing: it is cleared.
   *
   * @param fid - file identifier, 0x0001 to 0xFFFE.
   * @param extent - most bytes wanted, 1 to 32 767.
   * @returns the bytes, fewer when the file is shorter; copies made on the way are wiped.
   * @throws StatusWordError `ERR_FILE_NOT_FOUND`, `ERR_SECURITY_STATUS`, `ERR_STATUS_WORD` when it holds records (6981).
   * @throws RangeError if `fid` is not 0x0001 to 0xFFFE, or `maxBytes` not 1 to 32 767.
   */
  readFile(fid: number, extent: { readonly maxBytes: number }): Promise<Uint8Array> {
    return this.#run(async () => {
      await refuseInherited(this.session, jukiPin)
      return readFile(this.session, fid, { bytes: extent.maxBytes }, { secret: true })
    })
  }

  /**
   * Reads one record of a record file by their numbers. A PIN that another program left verified opens nothing: it is cleared.
   *
   * @param fid - file identifier, 0x0001 to 0xFFFE.
   * @param record - 1 to 254.
   * @throws StatusWordError `ERR_FILE_NOT_FOUND` for no such file or record, `ERR_SECURITY_STATUS`, `ERR_STATUS_WORD` when it
   *   holds no records (6981).
   * @throws RangeError if `fid` is not 0x0001 to 0xFFFE, or `record` not 1 to 254.
   */
  readRecord(fid: number, record: number): Promise<Uint8Array> {
    return this.#run(async () => {
      await refuseInherited(this.session, jukiPin)
      return readFileRecord(this.session, fid, record)
    })
  }

  #run<T>(body: () => Promise<T>): Promise<T> {
    return this.session.within(registryApplications.juki, body)
  }
}
