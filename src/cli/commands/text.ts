import type { Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { codeB, numberPurpose, pinOptions, roots } from '../options.ts'

export const textAttributes: Command = {
  name: 'text attributes',
  options: [codeB, ...pinOptions],
  session: true,
  help: {
    ja: '氏名、住所、生年月日、性別を読み取ります（券面事項入力補助AP）。',
    en: 'Read name, address, birth date and sex (card-face text input).',
  },
  notes: {
    ja: '--pin-stdin では1行目が暗証番号です。--code-b では3行で、生年月日（YYYY-MM-DD、または券面どおりの6桁 YYMMDD）、有効期限の西暦年、セキュリティコードの順です。',
    en: 'With --pin-stdin: one line, the PIN; with --code-b three: birth date (YYYY-MM-DD, or YYMMDD as printed), year of expiry, security code.',
  },
  run: async (context) => (await import('../applications/text.ts')).textAttributes(context),
}

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

export const textVerify: Command = {
  name: 'text verify',
  options: [roots, codeB, numberPurpose, ...pinOptions],
  session: true,
  help: {
    ja: '券面事項入力補助APの真正性を、証明書、署名、ハッシュ値、新しいチャレンジで検証します。',
    en: 'Verify that the text application is authentic: certificate, signatures, digests, a fresh challenge.',
  },
  notes: {
    ja: 'ルート鍵は公式には公表されていません。--roots にはファイル、または known（公開プロジェクトが見つけた値）、known-test（テストカード用）を指定します。--virtual では仮想カードの鍵を使います。--purpose を付けると個人番号も検証します（表示はしません）。チャレンジは毎回新しいため、再生はできません。',
    en: 'Root keys are not officially published: --roots names a file, or `known` for those found by public projects, `known-test` for those of test cards; with --virtual the default is the key of the virtual card. With --purpose the individual number is checked too; it is not shown. An answer cannot be replayed: each challenge is new.',
  },
  run: async (context) => (await import('../applications/text.ts')).textVerify(context),
}
