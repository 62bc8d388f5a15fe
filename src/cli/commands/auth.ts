import { type Option, optionForm } from '../arguments.ts'
import { usageError } from '../cli-error.ts'
import type { Command } from '../context.ts'
import { anchors, birthDate, crl, identifier, ocsp, origin, pinOptions, timeout } from '../options.ts'

const challenge: Option = {
  name: 'challenge',
  meta: 'HEX',
  pattern: /^(?:[0-9A-Fa-f]{2})+$/,
  help: { ja: '署名するデータ（16進数）', en: 'bytes to be signed, hexadecimal' },
}

export const server: Option = {
  name: 'server',
  meta: 'URL',
  pattern: /^https?:\/\/[^\s]{1,500}$/,
  help: {
    ja: '発行サーバーのアドレス（https。このマシン上なら http も可）',
    en: 'address of an issuance server: https, or http on this machine',
  },
}

const terminal: Option = {
  name: 'terminal',
  meta: 'NAME',
  pattern: identifier,
  help: { ja: 'サーバーに登録されたこの端末の名前', en: 'name of this terminal, as registered at the server' },
}

const purpose: Option = {
  name: 'purpose',
  meta: 'NAME',
  pattern: identifier,
  help: { ja: 'お客様の用件を表す用途の名前', en: 'purpose of the request, by its name at the server' },
}

const tokenFile: Option = {
  name: 'token-file',
  meta: 'FILE',
  help: { ja: 'この端末のトークンを入れたファイル', en: 'file with the bearer token of this terminal' },
}

export const serverCa: Option = {
  name: 'server-ca',
  meta: 'FILE',
  help: { ja: 'サーバーの TLS を検証する認証局の証明書（PEM）', en: 'CA certificates for the TLS of the server, PEM' },
}

const clientCert: Option = {
  name: 'client-cert',
  meta: 'FILE',
  help: { ja: 'この端末の証明書（PEM）', en: 'certificate of this terminal, PEM' },
}

const clientKey: Option = {
  name: 'client-key',
  meta: 'FILE',
  help: { ja: 'その証明書の秘密鍵（PEM）', en: 'key of that certificate, PEM' },
}

/** Options for `--challenge` only, and for `--server` only. */
const hereOnly = [anchors, crl, ocsp, birthDate]
const atServerOnly = [server, terminal, purpose, origin, timeout, tokenFile, serverCa, clientCert, clientKey]

export const auth: Command = {
  name: 'auth',
  options: [
    challenge,
    anchors,
    crl,
    ocsp,
    birthDate,
    server,
    terminal,
    purpose,
    origin,
    timeout,
    tokenFile,
    serverCa,
    clientCert,
    clientKey,
    ...pinOptions,
  ],
  session: true,
  help: {
    ja: '利用者証明用の鍵でチャレンジに署名し、電子証明書を検証します。',
    en: 'Sign a challenge with the user-authentication key, and verify the chain of its certificate.',
  },
  notes: {
    ja: '任意のバイト列に署名するには --challenge を、発行サーバーで本人確認を受けるには --server と --terminal、--purpose を指定します。後者では、サーバーが暗証番号の入力前に電子証明書を確認し、結果を判定します。電子証明書は --anchors の認証局、またはカードにある認証局の証明書が J-LIS の6つの認証局のものであればそれに照らして検証します（--virtual では仮想カードの認証局）。どちらもなければ検査せず、結果にその旨を示します。有効と認められなければ終了コードは 1 です。',
    en: "Give --challenge to sign bytes of your own, or --server with --terminal and --purpose to authenticate at an issuance server, which checks the certificate before the PIN is asked for, and then verifies the answer. The chain ends in --anchors, or in the CA certificate on the card when it is one of the six of J-LIS (with --virtual: the virtual card's own). Otherwise the chain is not verified, and the result says so. A refused chain ends with exit code 1.",
  },
  run: async (context) => {
    const { options } = context
    const url = options.get(server)
    const hex = options.get(challenge)
    if ((url === undefined) === (hex === undefined)) {
      throw usageError('one-of', `${optionForm(challenge)}, ${optionForm(server)}`)
    }
    const wrong = (hex === undefined ? hereOnly : atServerOnly).find((option) => options.has(option))
    if (wrong !== undefined) throw usageError('wrong-option', `--${wrong.name}`)
    if (hex !== undefined) return (await import('../kiosk/authenticate.ts')).authenticateHere(context, hex)
    const missing = [terminal, purpose].find((option) => !options.has(option))
    if (missing !== undefined) throw usageError('missing-option', optionForm(missing))
    const access = {
      server: url!,
      origin: options.get(origin),
      timeout: options.get(timeout),
      tokenFile: options.get(tokenFile),
      serverCa: options.get(serverCa),
      clientCert: options.get(clientCert),
      clientKey: options.get(clientKey),
    }
    const request = { terminal: options.get(terminal)!, purpose: options.get(purpose)! }
    return (await import('../kiosk/authenticate.ts')).authenticateAtServer(context, access, request)
  },
}
