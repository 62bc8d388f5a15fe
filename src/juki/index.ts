/**
 * The Juki application (住基AP) and the resident code (住民票コード).
 *
 * @module jpki-card/juki
 */
export { JukiApplication } from './application.ts'
export { jukiFiles, jukiPin } from './files.ts'
export { ResidentCode, residentCodeLength } from './resident-code.ts'
