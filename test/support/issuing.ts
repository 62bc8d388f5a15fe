import { randomBytes } from 'node:crypto'
import { IssuanceServer, type Printer } from '../../src/issuance/index.ts'
import { Certificate } from '../../src/pki/index.ts'
import {
  type Composer,
  createHttpHandler,
  IssuanceDesk,
  memoryStore,
  type RegisterAnswer,
  TokenService,
} from '../../src/server/index.ts'
import { identity } from './virtual.ts'

/** What differs from a desk at which everything goes well. */
interface Differences {
  readonly answer?: Partial<RegisterAnswer> | undefined
  readonly composer?: Composer | undefined
  readonly printer?: Partial<Printer> | undefined
}

/** What a terminal needs to issue documents: a desk in this process, and a printer whose pages are in `printed`. */
export async function issuing({ answer, composer, printer }: Differences = {}) {
  const store = memoryStore()
  const origin = 'https://issue.example'
  const service = new TokenService({
    origin,
    store,
    anchors: [Certificate.fromDer((await identity()).authCa.certificate)],
    hierarchies: ['virtual'],
    revocation: { mode: 'none' },
    pseudonymKey: randomBytes(32),
  })
  const desk = new IssuanceDesk({
    origin,
    store,
    registers: [
      { name: 'residents', lookup: async () => ({ subject: 'R-1', asOf: Date.now(), sequence: 1, ...answer }) },
    ],
    composer: composer ?? {
      compose: async ({ case: id, subject, copies }) => ({
        case: id,
        pageCount: copies,
        pages: Array.from({ length: copies }, () => ({
          mediaType: 'text/plain',
          subject,
          content: new TextEncoder().encode(subject),
        })),
      }),
    },
  })
  const handler = await createHttpHandler({ service, desk, metrics: false })
  const fetch = (url: URL | RequestInfo, init?: RequestInit) => handler.fetch(new Request(url as URL, init))
  const server = new IssuanceServer(origin, { terminal: 'kiosk-1', fetch: fetch as typeof globalThis.fetch })
  const printed: string[] = []
  const tray: Printer = {
    print: async (pages) => void printed.push(...pages.map(({ content }) => Buffer.from(content).toString())),
    clear: async () => {},
    ...printer,
  }
  return { server, printer: tray, documents: ['residence-record', 'tax'], printed, desk }
}
