/** GET DATA, `00 CA`, tag in P1-P2: objects of the card manager, card-facts section 3.6, and of municipal applications, section 1.3 (one source each). */

import { status, sw, whole } from '../status.ts'
import type { Handler } from './handler.ts'

export const getData: Handler = (command, state) => {
  if (command.ne === undefined || command.data.length > 0) return status(sw.wrongLength)
  const object = state.current?.dataObjects?.get((command.p1 << 8) | command.p2)
  if (object === undefined) return status(sw.referenceNotFound)
  if (!state.allows(state.current?.dataAccess ?? 'free')) return status(sw.securityStatus)
  const value = object()
  return value.length > 256 && !command.extended ? status(sw.wrongLength) : whole(value)
}
