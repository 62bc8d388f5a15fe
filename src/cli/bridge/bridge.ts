import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type BridgeLogEvent, startBridge } from '../../bridge/index.ts'
import { IssuanceServer, type Printer } from '../../issuance/index.ts'
import { loadProfile } from '../../municipal/index.ts'
import { TokenServer } from '../../token/index.ts'
import { readProfileText } from '../bounded-file.ts'
import { withFile } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { fetchOf } from '../kiosk/server.ts'
import { callModule } from '../operator-module.ts'
import { json } from '../options.ts'
import { packageVersion } from '../package-version.ts'
import { starting } from '../starting.ts'
import { openTransport } from '../transport.ts'
import { type BridgeSettings, readBridgeSettings } from './settings.ts'

/** `bridge SETTINGS`: runs a bridge until interrupted (the regular end). */
export async function bridge(context: Context): Promise<undefined> {
  const { io, operands } = context
  const { settings, folder } = await readBridgeSettings(operands[0]!)
  const at = (path: string): string => resolve(folder, path)
  const { server, printer, issuanceProfile, readers, pairing, idleSeconds, outcomeSeconds, resumeSeconds, ...same } =
    settings
  const secretFile = pairing && at(pairing.file)
  const printed = new SecretPrinter(context)
  // Only what this process wrote is removed: a second bridge, which cannot listen, leaves the secret of the first alone.
  let isWritten = false
  const transport = await openTransport(context)
  try {
    const options = {
      ...same,
      transport,
      readers: readers && ((name: string) => readers.includes(name)),
      server: server && (await serverOf(settings, server, at)),
      terminal: server?.terminal,
      printer: printer && (await callModule<Printer>('printer.module', at(printer.module), 'createPrinter')),
      issuanceProfile:
        issuanceProfile === undefined ? undefined : loadProfile(await readProfileText(at(issuanceProfile))),
      idleMs: idleSeconds * 1_000,
      outcomeMs: outcomeSeconds * 1_000,
      resumeMs: resumeSeconds * 1_000,
      version: packageVersion(),
      onSecret: async (secret: string) => {
        if (secretFile === undefined) return printed.print(secret)
        await writeSecret(secretFile, secret)
        isWritten = true
      },
      onEvent: (event: BridgeLogEvent) => logEvent(context, event),
    }
    const running = await starting(settings, () => startBridge(options))
    io.onHangup?.(() => {
      printed.isWanted = true
      running.renewSecret().catch((error: unknown) => logEvent(context, { event: 'failure', code: nameOf(error) }))
    })
    writeLine(context, { event: 'listening', url: running.url, secretFile, pid: process.pid })
    if (!io.signal.aborted) await once(io.signal, 'abort')
    await running.close()
  } finally {
    if (secretFile !== undefined && isWritten) await rm(secretFile, { force: true })
    await transport.close()
  }
  writeLine(context, { event: 'ended' })
  return undefined
}

/** The issuance server of the settings, as this terminal. @throws CliError, DependencyError. */
async function serverOf(
  { documents }: BridgeSettings,
  { url, terminal, tokenFile, ca, certificate, key }: NonNullable<BridgeSettings['server']>,
  at: (path: string) => string,
): Promise<TokenServer> {
  const file = (path: string | undefined): string | undefined => path && at(path)
  const access = { tokenFile: file(tokenFile), serverCa: file(ca), clientCert: file(certificate), clientKey: file(key) }
  const fetch = await fetchOf(access)
  return documents.length > 0 ? new IssuanceServer(url, { terminal, fetch }) : new TokenServer(url, { fetch })
}

/** Prints a secret when one is wanted: the first, and one after each SIGHUP. */
class SecretPrinter {
  isWanted = true
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  print(secret: string): void {
    if (this.isWanted) writeLine(this.#context, { event: 'secret', secret })
    this.isWanted = false
  }
}

/** The file appears complete, readable by this account only. @throws CliError `ERR_FILE`. */
async function writeSecret(path: string, secret: string): Promise<void> {
  const part = `${path}.${randomBytes(8).toString('hex')}`
  await withFile('cannot-write', async () => {
    const handle = await open(part, 'wx', 0o600)
    try {
      await handle.writeFile(`${secret}\n`)
    } finally {
      await handle.close()
    }
    await rename(part, path)
  })
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error)

/** What happens, without anything of a person, as a log on standard error. */
function logEvent({ io }: Context, event: BridgeLogEvent): void {
  io.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`)
}

type Line =
  | { readonly event: 'listening'; readonly url: string; readonly secretFile: string | undefined; readonly pid: number }
  | { readonly event: 'secret'; readonly secret: string }
  | { readonly event: 'ended' }

function writeLine({ io, options, messages }: Context, line: Line): void {
  const { bridge: texts } = messages
  const text =
    line.event === 'listening'
      ? texts.listening(line.url, line.secretFile)
      : line.event === 'secret'
        ? texts.secret(line.secret)
        : texts.ended
  io.stdout.write(`${options.has(json) ? JSON.stringify(line) : text}\n`)
}
