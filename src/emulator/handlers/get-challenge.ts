/** GET CHALLENGE, `00 84 00 00 Le`: 1 to 256 bytes; the extended form is refused (two sources). */

import { randomBytes } from 'node:crypto'
import { data, status, sw } from '../status.ts'
import type { Handler } from './handler.ts'

export const getChallenge: Handler = (command) => {
  if (command.p1 !== 0x00 || command.p2 !== 0x00) return status(sw.wrongP1P2)
  if (command.ne === undefined || command.data.length > 0) return status(sw.wrongLength)
  return command.extended ? status(sw.conditionsOfUse) : data(randomBytes(command.ne))
}
