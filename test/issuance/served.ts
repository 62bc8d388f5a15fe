import { issueUserCertificates } from '../../src/emulator/index.ts'
import { IssuanceServer, type Page, type Printer } from '../../src/issuance/index.ts'
import {
  type HttpHandlerOptions,
  type IssuanceDeskOptions,
  type ListeningServer,
  listen,
} from '../../src/server/index.ts'
import { authorities, day, now } from '../server/fixture.ts'
import { as, deskHandler } from '../server/http/desk-fixture.ts'

/** Another holder, at the same CA. */
export const otherUser = await issueUserCertificates(authorities, { now: new Date(now.getTime() - 30 * day) })

/** A desk behind a real HTTP server. */
export async function servedDesk(
  options: Partial<HttpHandlerOptions> = {},
  deskOptions: Partial<IssuanceDeskOptions> = {},
) {
  const made = await deskHandler(options, deskOptions)
  const listening: ListeningServer = await listen(made.handler, { port: 0 })
  return { ...made, url: listening.url, [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose]() }
}

/** What happens to a request: sent as it is, lost on the way there, or its answer lost on the way back. */
export type Fate = 'sent' | 'lost' | 'unanswered'

/** A client of a terminal; `fate` decides about each request, `change` about each answer. */
export function clientAt(
  url: string,
  terminal = 'kiosk-1',
  fate: (path: string) => Fate = () => 'sent',
  change: (path: string, body: Record<string, unknown>, status: number) => unknown = (_, body) => body,
): IssuanceServer & { readonly paths: string[] } {
  const paths: string[] = []
  const send: typeof fetch = async (input, init) => {
    const { pathname } = new URL(String(input))
    paths.push(pathname)
    const end = fate(pathname)
    if (end === 'lost') throw new TypeError('lost')
    const headers = { ...(init?.headers as Record<string, string>), ...as(terminal) }
    const response = await fetch(input, { ...init, headers })
    if (end === 'unanswered') throw new TypeError('unanswered')
    const body = change(pathname, (await response.json()) as Record<string, unknown>, response.status)
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status: response.status })
  }
  const server = new IssuanceServer(url, { terminal, origin: 'https://issue.example', fetch: send })
  return Object.assign(server, { paths })
}

/** A printer that keeps the texts of the pages. */
export class TestPrinter implements Printer {
  readonly printed: string[] = []
  readonly subjects = new Set<string>()
  /** Calls, in order. */
  readonly calls: string[] = []
  pages: readonly Page[] = []

  async print(pages: readonly Page[]): Promise<void> {
    this.calls.push('print')
    this.pages = pages
    for (const { content, subject } of pages) {
      this.printed.push(new TextDecoder().decode(content))
      this.subjects.add(subject)
    }
  }

  async collected(): Promise<boolean> {
    this.calls.push('collected')
    return true
  }

  async clear(): Promise<void> {
    this.calls.push('clear')
  }
}

export const purpose = 'residence-record'
