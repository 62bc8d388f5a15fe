import type { Command } from '../context.ts'
import { codeB, numberPurpose, pinOptions, roots } from '../options.ts'

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
