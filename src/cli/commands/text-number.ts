import type { Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { numberPurpose, pinOptions } from '../options.ts'

const reveal: Option = {
  name: 'reveal',
  help: { ja: '個人番号を表示します', en: 'show the digits of the individual number' },
}

export const textNumber: Command = {
  name: 'text number',
  options: [numberPurpose, reveal, ...pinOptions],
  required: [numberPurpose],
  session: true,
  help: {
    ja: '利用目的を指定して個人番号を読み取ります。',
    en: 'Read the individual number, for a stated purpose.',
  },
  notes: {
    ja: '--purpose は social-security（社会保障）、tax（税）、disaster（災害対策）、other-statute（その他の法令）、ordinance（条例）、holder（本人）のいずれかです。--reveal がなければ番号は表示しません。',
    en: '--purpose is social-security, tax, disaster, other-statute, ordinance or holder. Without --reveal the digits are not shown.',
  },
  run: async (context) => {
    const { options } = context
    const own = { purpose: options.get(numberPurpose)!, reveal: options.has(reveal) }
    return (await import('../applications/text.ts')).textNumber(context, own)
  },
}
