import { isBearerToken } from '../../http-client.ts'
import { load } from '../../optional-package.ts'
import { TokenServer, type TokenServerOptions } from '../../token/index.ts'
import { readPem, readText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'

/** Access to an issuance server, from the options of `auth`. */
export interface ServerAccess {
  readonly server: string
  readonly origin: string | undefined
  /** Seconds. */
  readonly timeout: string | undefined
  /** Files. */
  readonly tokenFile: string | undefined
  readonly serverCa: string | undefined
  readonly clientCert: string | undefined
  readonly clientKey: string | undefined
}

/** The issuance server `--server` names, accessed as the other options specify. @throws CliError, DependencyError. */
export async function serverOf({ io }: Context, access: ServerAccess): Promise<TokenServer> {
  const { server, origin, timeout: seconds } = access
  const settings: TokenServerOptions = {
    signal: io.signal,
    origin,
    clock: () => new Date(),
    ...(seconds !== undefined && { timeoutMs: Number(seconds) * 1000 }),
    fetch: await fetchOf(access),
  }
  try {
    return new TokenServer(server, settings)
  } catch (error) {
    if (error instanceof TypeError) throw usageError('bad-value', '--server URL')
    throw error
  }
}

/** `fetch` with the terminal's token, or its certificate, and the CA of the server. */
export async function fetchOf(
  access: Pick<ServerAccess, 'tokenFile' | 'serverCa' | 'clientCert' | 'clientKey'>,
): Promise<typeof fetch> {
  const token = (await read(access.tokenFile, readText))?.trim()
  if (token !== undefined && !isBearerToken(token)) {
    throw usageError('bad-value', '--token-file FILE')
  }
  const send = await fetchOverTls(access)
  if (token === undefined) return send
  return (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${token}`)
    return send(input, { ...init, headers })
  }
}

/** `fetch` with a CA of the server, and a certificate of the caller. @throws CliError, DependencyError. */
export async function fetchOverTls(
  access: Pick<ServerAccess, 'serverCa' | 'clientCert' | 'clientKey'>,
): Promise<typeof fetch> {
  const { serverCa, clientCert, clientKey } = access
  if (clientCert === undefined && clientKey !== undefined) throw usageError('missing-option', '--client-cert FILE')
  if (clientKey === undefined && clientCert !== undefined) throw usageError('missing-option', '--client-key FILE')
  const [ca, cert, key] = [
    await read(serverCa, readPem),
    await read(clientCert, readPem),
    await read(clientKey, readPem),
  ]
  if (ca === undefined && cert === undefined) return fetch
  const { Agent, fetch: send } = await load('undici', () => import('undici'))
  const dispatcher = new Agent({ connect: { ca, cert, key } })
  // Node's built-in `fetch` is the same implementation in another version: only the types differ.
  const typed = send as unknown as (input: RequestInfo | URL, init: object) => Promise<Response>
  return (input, init) => typed(input, { ...init, dispatcher })
}

async function read(file: string | undefined, as: (file: string) => Promise<string>): Promise<string | undefined> {
  return file === undefined ? undefined : as(file)
}
