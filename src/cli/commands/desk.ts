import type { Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { generalOptions, timeout } from '../options.ts'
import { server, serverCa } from './auth.ts'

export const clerkTokenFile: Option = {
  name: 'clerk-token-file',
  meta: 'FILE',
  help: { ja: '担当者のトークンを入れたファイル', en: 'file with the bearer token of the clerk' },
}

const note: Option = {
  name: 'note',
  meta: 'TEXT',
  pattern: /^(?=.*\S).{1,500}$/su,
  help: {
    ja: '理由。監査ログに残るため、個人情報は書かないでください',
    en: 'reason, for the audit log: without personal data',
  },
}

const stop: Option = {
  name: 'stop',
  meta: 'ID',
  pattern: /^[\d-]{1,64}$/,
  help: {
    ja: 'desk status が示す停止番号。その後に見つかった原因からは再開しません',
    en: 'the stop as `desk status` shows it; causes found since are not resumed from',
  },
}

const access = [server, clerkTokenFile, serverCa, timeout]
const notes = {
  ja: '発行の停止はすべてのサーバーに及びます。停止中は /readyz が 503 になるため、ロードバランサーを経由せず、1台のサーバーを直接指定してください。担当者の名前と理由は監査ログに残ります。',
  en: 'A stop applies to all servers. While it lasts, /readyz answers 503, so address one server itself rather than a load balancer. Name and reason of the clerk are written to the audit log.',
}

export const deskStatus: Command = {
  name: 'desk status',
  options: [...access, ...generalOptions],
  required: [server, clerkTokenFile],
  help: {
    ja: '発行が停止されているか、その理由とともに表示します。',
    en: 'Show whether issuing is stopped, and why.',
  },
  run: async (context) => {
    const { options } = context
    const own = { server: options.get(server)!, tokenFile: options.get(clerkTokenFile)! }
    const more = { serverCa: options.get(serverCa), timeout: options.get(timeout) }
    return (await import('../serve/desk.ts')).desk(context, { ...own, ...more }, 'state')
  },
}

/** `desk stop` and `desk resume`. */
function acting(action: 'stop' | 'resume', help: Command['help']): Command {
  return {
    name: `desk ${action}`,
    options: [...access, note, ...(action === 'resume' ? [stop] : []), ...generalOptions],
    required: [server, clerkTokenFile, note, ...(action === 'resume' ? [stop] : [])],
    help,
    notes,
    run: async (context) => {
      const { options } = context
      const own = { server: options.get(server)!, tokenFile: options.get(clerkTokenFile)! }
      const more = { serverCa: options.get(serverCa), timeout: options.get(timeout) }
      return (await import('../serve/desk.ts')).desk(context, { ...own, ...more }, action, {
        note: options.get(note),
        stop: options.get(stop),
      })
    },
  }
}

export const deskStop: Command = acting('stop', {
  ja: '証明書の発行を、すべてのサーバーで停止します。',
  en: 'Stop issuing on all servers.',
})

export const deskResume: Command = acting('resume', {
  ja: '停止された発行を再開します。停止前に始まった手続きは続きません。',
  en: 'Resume issuing after a stop. Cases opened before do not continue.',
})
