/** Which applications each kind of card has, card-facts section 1. */

import type { Application } from '../table.ts'
import type { CardContent } from './content.ts'
import { jpkiApplication } from './jpki.ts'

export function applicationsOf(content: CardContent): readonly Application[] {
  return [jpkiApplication(content)]
}
