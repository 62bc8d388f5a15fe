/**
 * Kiosks: a customer from placing the card to taking it ({@link serveVisit}), for which a vendor writes screens; and the monitor of
 * the readers beneath it.
 *
 * @example
 * ```ts
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 * import { KioskMonitor } from 'jpki-card/kiosk'
 *
 * const transport = new VirtualTransport({ card: await createVirtualCard() })
 * const monitor = new KioskMonitor(transport)
 * for await (const event of monitor) {
 *   console.log(event.type)
 *   if (event.type === 'card-identified') break
 * }
 * await monitor.close()
 * await transport.close()
 * ```
 * @module jpki-card/kiosk
 */

export type { CardPinId, PinId } from '../pins.ts'
export type { KioskMonitorOptions, KioskState } from './monitor.ts'
export { KioskMonitor } from './monitor.ts'
export type { PinRequest } from './pin-entry.ts'
export type { ScreenControl } from './question.ts'
export type { ScreenText, ScreenTextOptions, VisitScreen } from './screen.ts'
export { screenText } from './screen.ts'
export type { CardFaceEnd, CardFaceOutcome, ServeCardFaceOptions } from './serve-card-face.ts'
export { serveCardFace } from './serve-card-face.ts'
export type {
  KioskScreens,
  ServeVisitOptions,
  VisitEnd,
  VisitOutcome,
} from './serve-visit.ts'
export { serveVisit, takeCard } from './serve-visit.ts'
export type { KioskEvent, KioskReader } from './slot.ts'
export type { CardSurvey } from './survey.ts'
export { Visit } from './visit.ts'
