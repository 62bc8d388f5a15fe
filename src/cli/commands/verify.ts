import { choice, type Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { anchors, at, birthDate, crl, generalOptions, ocsp } from '../options.ts'

const requireRevocation: Option = {
  name: 'require-revocation',
  help: {
    ja: '失効の有無が分からない証明書を拒否します',
    en: 'refuse a certificate whose revocation status is unknown',
  },
}

const use = choice(['auth', 'sign'], {
  name: 'use',
  help: { ja: 'JPKIプロファイルで求める用途', en: 'required purpose by the JPKI profile' },
})

export const verify: Command = {
  name: 'verify',
  operands: ['CERT'],
  options: [anchors, crl, ocsp, requireRevocation, use, at, birthDate, ...generalOptions],
  help: {
    ja: 'ファイルの電子証明書を、信頼する認証局の証明書に照らして検証します（カード不要）。',
    en: 'Verify a certificate from a file against trust anchors. Needs no card.',
  },
  notes: {
    ja: 'CERT は DER または PEM です。続く証明書は中間証明書として使います。--anchors がなければ、その中にある J-LIS の認証局の証明書だけを信頼します。失効は --crl と --ocsp で調べます。どちらもなければ検査せず、結果にその旨を示します。',
    en: 'CERT is DER or PEM; further certificates in it may serve as intermediates. Without --anchors only the CA certificates of J-LIS are trusted, if they are among them. Revocation is checked with --crl and --ocsp; without them it is not checked, and the result says so.',
  },
  run: async (context) => {
    const { options } = context
    const own = { required: options.has(requireRevocation), use: options.get(use) }
    return (await import('../trust/verify.ts')).verify(context, own)
  },
}
