/**
 * Applications of the resident-registry network (住基ネット): their identifiers, and the Juki application.
 *
 * @module jpki-card/juki
 */
export { JukiApplication } from './application.ts'
export { jukiFiles, jukiPin, registryApplications } from './files.ts'
