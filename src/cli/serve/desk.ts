import { isBearerToken } from '../../http-client.ts'
import { DeskClient, type DeskState } from '../../issuance/index.ts'
import { readText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import { fetchOverTls } from '../kiosk/server.ts'
import { momentInJapan, printable, table } from '../output.ts'

const labels = {
  ja: {
    running: '発行は停止されていません。',
    stopped: '発行は停止されています。',
    id: '停止番号',
    causes: '原因の数',
    at: '停止時刻',
    reason: '原因',
    case: 'ケース',
    clerk: '担当者',
    note: '理由',
  },
  en: {
    running: 'Issuing is not stopped.',
    stopped: 'Issuing is stopped.',
    id: 'Stop',
    causes: 'Causes',
    at: 'Since',
    reason: 'Cause',
    case: 'Case',
    clerk: 'Clerk',
    note: 'Reason',
  },
} as const

/** Access to a desk, from the options. */
export interface DeskAccess {
  readonly server: string
  readonly tokenFile: string
  readonly serverCa: string | undefined
  /** Seconds. */
  readonly timeout: string | undefined
}

/**
 * `desk status|stop|resume`.
 *
 * @param note - the clerk's reason, for `stop` and `resume`. `stop`: the stop that is resumed from.
 * @throws CliError, DependencyError; RefusalError, ServerError as {@link DeskClient}.
 */
export async function desk(
  { io, messages }: Context,
  { server, tokenFile, serverCa, timeout }: DeskAccess,
  action: 'state' | 'stop' | 'resume',
  { note = '', stop = '' }: { readonly note?: string | undefined; readonly stop?: string | undefined } = {},
): Promise<Result> {
  const token = (await readText(tokenFile)).trim()
  if (!isBearerToken(token)) throw usageError('bad-value', '--clerk-token-file FILE')
  const fetch = await fetchOverTls({ serverCa, clientCert: undefined, clientKey: undefined })
  const timeoutMs = timeout === undefined ? undefined : Number(timeout) * 1000
  let client: DeskClient
  try {
    client = new DeskClient(server, { token, fetch, timeoutMs, signal: io.signal })
  } catch (error) {
    if (error instanceof TypeError) throw usageError('bad-value', '--server URL')
    throw error
  }
  const done = { state: () => client.state(), stop: () => client.stop(note), resume: () => client.resume(note, stop) }
  return resultOf(await done[action](), messages.language)
}

function resultOf({ stopped, stop }: DeskState, language: 'ja' | 'en'): Result {
  const text = labels[language]
  if (stop === undefined) return { json: { stopped }, text: `${text.running}\n` }
  const { id: stopId, causes, at, reason, case: id, clerk, note } = stop
  const when = new Date(at)
  const rows = [
    [text.id, stopId],
    [text.causes, String(causes)],
    [text.at, momentInJapan(when)],
    [text.reason, printable(reason)],
    ...(id === undefined ? [] : [[text.case, id]]),
    ...(clerk === undefined ? [] : [[text.clerk, printable(clerk)]]),
    ...(note === undefined ? [] : [[text.note, printable(note)]]),
  ]
  const json = { stopped, stop: { id: stopId, causes, at: when.toISOString(), reason, case: id, clerk, note } }
  return { json, text: `${text.stopped}\n${table(rows)}` }
}
