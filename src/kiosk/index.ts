/**
 * One object that tells a kiosk what happens at its readers: cards, which card it is, trouble and its end.
 *
 * @module jpki-card/kiosk
 */
export type { KioskEvent, KioskReader } from './events.ts'
export type { KioskMonitorOptions } from './monitor.ts'
export { KioskMonitor } from './monitor.ts'
export type { CardSurvey } from './survey.ts'
