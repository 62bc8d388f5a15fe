import { freePort } from '../../../src/cli/demo/server-process.ts'
import { RefusalError } from '../../../src/errors.ts'
import {
  type Composer,
  createHttpHandler,
  type HttpHandlerOptions,
  IssuanceDesk,
  type IssuanceDeskOptions,
  listen,
  memoryStore,
  type Register,
  type RegisterAnswer,
} from '../../../src/server/index.ts'
import {
  type EvaluateIssuanceOptions,
  type EvaluationReport,
  evaluateIssuance,
  type PreparedPki,
  townPaths,
} from '../../../src/server-test/index.ts'
import { serviceFor, terminals } from '../server.ts'

/** What a broken server does in place of the right one. */
export interface Broken {
  readonly register?: (right: Register) => Register
  readonly composer?: (right: Composer) => Composer
  readonly desk?: Partial<IssuanceDeskOptions>
  /** In place of the answer to a request. */
  readonly http?: (request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>
}

const clerk = { authorization: 'Bearer clerk-1' }

/** A server with a desk, right in every respect unless it is broken, and what an evaluation needs to know of it. */
export async function startDesk(prepared: PreparedPki, { register, composer, desk: more, http }: Broken = {}) {
  const [port, townPort] = [await freePort(), await freePort()]
  const origin = `http://127.0.0.1:${port}`
  const town = `http://127.0.0.1:${townPort}`
  const registers = [registerAt('residents', town + townPaths.residents), registerAt('copy', town + townPaths.copy)]
  const rightComposer = composerAt(town + townPaths.composer)
  const desk = new IssuanceDesk({
    origin,
    store: memoryStore(),
    registers: registers.map((one) => register?.(one) ?? one),
    composer: composer?.(rightComposer) ?? rightComposer,
    lifetimeMs: 10_000,
    outcomeMs: 10_000,
    documents: ['evaluation'],
    ...more,
  })
  const named: HttpHandlerOptions['terminalOf'] = ({ headers }) =>
    terminals.find((one) => one.headers?.['authorization'] === headers.get('authorization'))?.name
  const handler = await createHttpHandler({
    service: serviceFor(prepared, origin),
    desk,
    terminalOf: named,
    clerkOf: ({ headers }) => (headers.get('authorization') === clerk.authorization ? 'clerk-1' : undefined),
    limits: { perTerminal: false, perAddress: false },
    metrics: false,
  })
  desk.start()
  const fetch: typeof handler.fetch = (request, caller) =>
    http === undefined ? handler.fetch(request, caller) : http(request, (changed) => handler.fetch(changed, caller))
  const listening = await listen({ ...handler, fetch }, { port })
  return {
    desk,
    url: origin,
    /** Evaluates it. */
    evaluate: (options: Partial<EvaluateIssuanceOptions> = {}): Promise<EvaluationReport> =>
      evaluateIssuance({ url: origin, pki: prepared.pki, terminals, town: { port: townPort }, clerk, ...options }),
    [Symbol.asyncDispose]: async () => {
      await listening[Symbol.asyncDispose]()
      await desk.close()
    },
  }
}

async function post(url: string, body: object, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal })
  if (!response.ok || response.body === null) throw new Error('no answer')
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body) {
    size += part.length
    if (size > 16_777_216) throw new Error('too long')
    parts.push(part)
  }
  return JSON.parse(Buffer.concat(parts).toString())
}

function registerAt(name: string, url: string): Register {
  return { name, lookup: async (question, { signal }) => (await post(url, question, signal)) as RegisterAnswer }
}

function composerAt(url: string): Composer {
  return {
    compose: async (order, { signal }) => {
      const {
        case: id,
        pageCount,
        pages,
      } = (await post(url, order, signal)) as {
        readonly case: string
        readonly pageCount: number
        readonly pages: readonly { mediaType: string; subject: string; content: string }[]
      }
      if (!Array.isArray(pages)) throw new RefusalError('ERR_DOCUMENT', 'not a document')
      const decoded = pages.map((page) => ({ ...page, content: new Uint8Array(Buffer.from(page.content, 'base64')) }))
      return { case: id, pageCount, pages: decoded }
    },
  }
}

/** What is not passed. */
export function notPassed({ outcomes }: EvaluationReport): readonly string[] {
  return outcomes
    .filter(({ result }) => result !== 'passed')
    .map(({ case: { id }, result, reason, came }) => `${id} ${result} ${reason} ${came}`)
}
