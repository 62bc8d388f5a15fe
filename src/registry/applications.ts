import { fromHex } from '../bytes.ts'
import type { CardApplication } from '../card/index.ts'

/**
 * Applications of the resident-registry network (住基ネット, RID D392100031) on My Number and Juki cards. Sources and
 * confidence: `docs/card-facts.md`.
 */
export const registryApplications: Readonly<Record<'juki' | 'visual' | 'text' | 'common', CardApplication>> = {
  /** 住民基本台帳用AP, on both cards. */
  juki: { id: 'juki', aid: fromHex('D3921000310001010401') },
  /** 券面事項確認AP, on My Number cards and on Juki cards issued from 2009-04-20. */
  visual: { id: 'visual', aid: fromHex('D3921000310001010402') },
  /** 券面事項入力補助AP, My Number card only. */
  text: { id: 'text', aid: fromHex('D3921000310001010408') },
  /** 共通カードAP, My Number card only. */
  common: { id: 'common', aid: fromHex('D3921000310001010100') },
}
