import { load } from '../../optional-package.ts'
import { TokenServer, type TokenServerOptions } from '../../token/index.ts'
import { readPem, readText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { type OptionName, type Options, optionForm } from '../options.ts'

/** The issuance server `--server` names, reached as the other options say. @throws CliError, DependencyError. */
export async function serverOf({ options, io }: Context): Promise<TokenServer> {
  const seconds = options.get('timeout')
  const settings: TokenServerOptions = {
    signal: io.signal,
    origin: options.get('origin'),
    clock: () => new Date(),
    ...(seconds !== undefined && { timeoutMs: Number(seconds) * 1000 }),
    fetch: await fetchOf(options),
  }
  try {
    return new TokenServer(options.get('server')!, settings)
  } catch (error) {
    if (error instanceof TypeError) throw usageError('bad-value', optionForm('server'))
    throw error
  }
}

/** `fetch` with the terminal's token, or its certificate, and the CA of the server. */
async function fetchOf(options: Options): Promise<typeof fetch> {
  const token = options.has('token-file') ? (await read(options, 'token-file', readText))!.trim() : undefined
  if (token !== undefined && !/^[\x21-\x7e]{16,512}$/.test(token)) {
    throw usageError('bad-value', optionForm('token-file'))
  }
  const send = await fetchOverTls(options)
  if (token === undefined) return send
  return (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${token}`)
    return send(input, { ...init, headers })
  }
}

async function fetchOverTls(options: Options): Promise<typeof fetch> {
  for (const [given, missing] of [
    ['client-cert', 'client-key'],
    ['client-key', 'client-cert'],
  ] as const) {
    if (options.has(given) && !options.has(missing)) throw usageError('missing-option', optionForm(missing))
  }
  const [ca, cert, key] = [
    await read(options, 'server-ca', readPem),
    await read(options, 'client-cert', readPem),
    await read(options, 'client-key', readPem),
  ]
  if (ca === undefined && cert === undefined) return fetch
  const { Agent, fetch: send } = await load('undici', () => import('undici'))
  const dispatcher = new Agent({ connect: { ca, cert, key } })
  // Node's own `fetch` is this one in another version: only the types differ.
  const typed = send as unknown as (input: RequestInfo | URL, init: object) => Promise<Response>
  return (input, init) => typed(input, { ...init, dispatcher })
}

async function read(
  options: Options,
  name: OptionName,
  as: (file: string) => Promise<string>,
): Promise<string | undefined> {
  const file = options.get(name)
  return file === undefined ? undefined : as(file)
}
