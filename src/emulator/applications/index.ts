/** Applications of each kind of card, card-facts section 1. */

import { fromHex } from '../../bytes.ts'
import { sw } from '../apdu.ts'
import type { VirtualCardKind } from '../options.ts'
import type { Application } from '../table.ts'
import { cardManager } from './card-manager.ts'
import { commonApplication, jukiApplication } from './common-juki.ts'
import type { CardContent } from './content.ts'
import { issuanceApplications } from './issuance.ts'
import { jpkiApplication } from './jpki.ts'
import { textApplication } from './text.ts'
import { visualApplication } from './visual.ts'

/** In the order in which a short AID prefix matches them. */
const applications: Readonly<Record<VirtualCardKind, readonly ((content: CardContent) => Application)[]>> = {
  'my-number': [cardManager, jpkiApplication, commonApplication, jukiApplication, visualApplication, textApplication],
  juki: [jpkiApplication, jukiApplication, visualApplication],
  'phone-android': [jpkiApplication],
  'phone-iphone': [jpkiApplication],
}

/** 在留AP of a 特定在留カード or 特定特別永住者証明書 (one source for the AID). Its files are not public: it has none. */
const residenceApplication: Application = {
  name: 'residence',
  aid: fromHex('D392F0004F0100000000000000000000'),
  sessionKeyRefusal: sw.sessionKeyUnsupported,
  files: [],
}

export function applicationsOf(content: CardContent): readonly Application[] {
  return [
    ...applications[content.kind].map((make) => make(content)),
    ...(content.residence ? [residenceApplication] : []),
    ...issuanceApplications(content),
  ]
}
