import type { Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { out, pinOptions } from '../options.ts'

const pem: Option = { name: 'pem', help: { ja: 'DER の代わりに PEM で出力します', en: 'write PEM in place of DER' } }

export const certificate: Command = {
  name: 'certificate',
  operands: ['auth|auth-ca|sign|sign-ca'],
  options: [out, pem, ...pinOptions],
  session: true,
  help: {
    ja: '電子証明書を読み取ります。',
    en: 'Read a certificate.',
  },
  notes: {
    ja: '署名用電子証明書の読み取りには署名用の暗証番号が必要です。--out がなければ標準出力に DER で出力します（--pem または端末では PEM）。',
    en: 'The signature certificate asks for the signature password. Without --out it goes to standard output: DER, or PEM with --pem or on a terminal.',
  },
  run: async (context) => (await import('../applications/jpki.ts')).readCertificate(context, context.options.has(pem)),
}
