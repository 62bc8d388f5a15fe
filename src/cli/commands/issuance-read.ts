import type { Command } from '../context.ts'
import { pinOptions, profile } from '../options.ts'

export const issuanceRead: Command = {
  name: 'issuance read',
  options: [profile, ...pinOptions],
  required: [profile],
  session: true,
  help: {
    ja: '市区町村のアプリケーションを、プロファイルに従って読み取ります。',
    en: 'Read a municipal application of the card as a profile describes it.',
  },
  notes: {
    ja: '市区町村のアプリケーションの AID、ファイル、暗証番号は公開されていません。市区町村から示された内容をプロファイルに記述してください。例は examples/profiles にあります。',
    en: 'AID, files and PIN of municipal applications are not public: what your municipality gave you goes into the profile. Examples are in examples/profiles.',
  },
  run: async (context) => (await import('../applications/municipal.ts')).issuanceRead(context),
}
