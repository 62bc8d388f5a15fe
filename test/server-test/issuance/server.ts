import { freePort } from '../../../src/cli/demo/server-process.ts'
import {
  type Composer,
  createHttpHandler,
  type HttpHandlerOptions,
  httpComposer,
  httpRegister,
  IssuanceDesk,
  type IssuanceDeskOptions,
  listen,
  memoryStore,
  type Register,
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

/** One moment for all runs of a file: their certificates are made once. */
const now = new Date()

export const clerk = { authorization: 'Bearer clerk-1' }

/** A server with a desk, right in every respect unless it is broken, and what an evaluation needs to know of it. */
export async function startDesk(prepared: PreparedPki, { register, composer, desk: more, http }: Broken = {}) {
  const [port, townPort] = [await freePort(), await freePort()]
  const origin = `http://127.0.0.1:${port}`
  const town = `http://127.0.0.1:${townPort}`
  const registers = (['residents', 'copy'] as const).map((name) => httpRegister({ name, url: town + townPaths[name] }))
  const rightComposer = httpComposer({ url: town + townPaths.composer })
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
      evaluateIssuance({ now, url: origin, pki: prepared.pki, terminals, town: { port: townPort }, clerk, ...options }),
    [Symbol.asyncDispose]: async () => {
      await listening[Symbol.asyncDispose]()
      await desk.close()
    },
  }
}

/** What is not passed. */
export function notPassed({ outcomes }: EvaluationReport): readonly string[] {
  return outcomes
    .filter(({ result }) => result !== 'passed')
    .map(({ case: { id }, result, reason, came }) => `${id} ${result} ${reason} ${came}`)
}
