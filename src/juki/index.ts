/**
 * The Juki application (住基AP) and the resident code (住民票コード).
 *
 * @example
 * ```ts
 * import { CardSession } from 'jpki-card/card'
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 * import { JukiApplication, ResidentCode } from 'jpki-card/juki'
 *
 * const transport = new VirtualTransport({ card: await createVirtualCard({ kind: 'juki' }) })
 * const { name } = await transport.waitForCard()
 * const session = new CardSession(await transport.connect(name))
 * const juki = await JukiApplication.open(session)
 * console.log(await juki.pinStatus())
 * await session.close()
 * await transport.close()
 *
 * // The check digit is verified; the code does not show itself.
 * console.log(ResidentCode.fromText('12345678903'))
 * ```
 * @module jpki-card/juki
 */
export { JukiApplication, jukiFiles, jukiPin } from './application.ts'
export { ResidentCode, residentCodeLength } from './resident-code.ts'
