import { setTimeout as sleep } from 'node:timers/promises'
import { type Page, type SealContext, sealDocument } from '../../../src/issuance/index.ts'
import type { ComposedDocument, Composer, CompositionOrder, Register } from '../../../src/server/index.ts'

import { type Broken, clerk } from './server.ts'

type Next = (request: Request) => Promise<Response>

const json = (status: number, body: unknown): Response => Response.json(body, { status })
const pathOf = (request: Request): string => new URL(request.url).pathname
/** The id of a case, and what is asked of it. */
const caseOf = (request: Request) => /^\/v1\/cases\/([^/]+)(?:\/(release|outcome))?$/.exec(pathOf(request))

/** The same request with another body. */
async function changed(request: Request, change: (body: Record<string, unknown>) => unknown): Promise<Request> {
  const { method, headers, url } = request
  const body = (await request.clone().json()) as Record<string, unknown>
  return new Request(url, { method, headers: without(headers, 'content-length'), body: JSON.stringify(change(body)) })
}

function without(headers: Headers, name: string): Headers {
  const kept = new Headers(headers)
  kept.delete(name)
  return kept
}

/** The state of the case of a request, for its terminal. */
async function stateFor(request: Request, next: Next): Promise<Record<string, unknown>> {
  const url = new URL(`/v1/cases/${caseOf(request)![1]}`, request.url)
  const authorization = request.headers.get('authorization') ?? ''
  return (await next(new Request(url, { headers: { authorization } }))).json() as Promise<Record<string, unknown>>
}

const onRelease = (run: (request: Request, next: Next) => Promise<Response>): Broken => ({
  http: (request, next) => (caseOf(request)?.[2] === 'release' ? run(request, next) : next(request)),
})

/** A document as if it were what was ordered. */
const relabelled = ({ pages }: ComposedDocument, { case: id, subject }: CompositionOrder): ComposedDocument => {
  const full = pages.filter(({ content }) => content.length > 0).map((page) => ({ ...page, subject }))
  return { case: id, pageCount: full.length, pages: full }
}

const blank = { mediaType: 'text/plain', subject: '', content: Buffer.from('blank') }

/** Takes whatever the composer returns, and a blank page where it returns nothing. */
const composedBlindly: Broken = {
  composer: (right) => ({
    compose: async (order, options) => {
      const found = await right.compose(order, options).catch(() => undefined)
      const pages = found === undefined || found.pages.length === 0 ? [blank] : found.pages
      return relabelled({ case: '', pageCount: 0, pages }, order)
    },
  }),
  desk: { maxPages: 1_000 },
}

/** Keeps what is composed in one place for all. */
const onePlace = (): Broken => ({
  composer: (right: Composer) => {
    let latest: Promise<ComposedDocument>
    return {
      compose: async (order, options) => {
        const own = right.compose(order, options)
        latest = own
        await own
        return relabelled(await latest, order)
      },
    }
  },
})

/** A time-out frees the place of a request, not the request: its result is there for the next one. */
const tray = (): Broken => ({
  composer: (right: Composer) => {
    let late: ComposedDocument | undefined
    return {
      compose: async (order, { signal }) => {
        const own = right.compose(order, { signal: new AbortController().signal })
        const ended = new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('ended'))),
        )
        void own.then((document) => {
          if (signal.aborted) late = document
        })
        const document = await Promise.race([own, ended])
        return late === undefined ? document : relabelled(late, order)
      },
    }
  },
})

/** One document after the other. */
const queue = (): Broken => ({
  composer: (right: Composer) => {
    let before: Promise<unknown> = Promise.resolve()
    return {
      compose: (order, options) => {
        const own = before.then(() => right.compose(order, options))
        before = own.catch(() => {})
        return own
      },
    }
  },
})

/** Uses the answer of the first register for all, and takes from it who the person is, nothing else. */
const askedBlindly = (): Broken => {
  const first = new Map<string, ReturnType<Register['lookup']>>()
  return {
    register: (right) => ({
      name: right.name,
      lookup: async (question, options) => {
        const own = right.lookup(question, options)
        if (!first.has(question.case)) first.set(question.case, own)
        await own.catch(() => {})
        const { subject } = await first.get(question.case)!.catch(() => ({ subject: 'canary-1' }))
        return { subject, asOf: Date.now(), sequence: 1 }
      },
    }),
  }
}

/** Says at the terminal why a register refuses. */
const talkative = (): Broken => {
  const reasons = new Map<string, string>()
  return {
    register: (right) => ({
      name: right.name,
      lookup: async (question, options) => {
        const answer = await right.lookup(question, options)
        if (answer.suppressed !== undefined) reasons.set(question.case, answer.suppressed)
        return answer
      },
    }),
    http: async (request, next) => {
      const response = await next(request)
      const reason = reasons.get(caseOf(request)?.[1] ?? '')
      return reason === undefined ? response : json(response.status, { ...((await response.json()) as object), reason })
    },
  }
}

/** Takes every request about a case for one of its own terminal. */
const anyTerminal = (): Broken => {
  const owners = new Map<string, string>()
  return {
    http: async (request, next) => {
      const authorization = owners.get(caseOf(request)?.[1] ?? '')
      if (authorization !== undefined) {
        const headers = { 'content-type': 'application/json', authorization }
        if (request.method === 'GET') return next(new Request(request.url.replace(/\?.*/, ''), { headers }))
        const { terminal, ...body } = (await request.json()) as Record<string, unknown>
        return next(new Request(request.url, { method: 'POST', headers, body: JSON.stringify(body) }))
      }
      const response = await next(request)
      if (pathOf(request) === '/v1/cases' && response.status === 201) {
        const { case: opened } = (await response.clone().json()) as { case: { id: string } }
        owners.set(opened.id, request.headers.get('authorization')!)
      }
      return response
    },
  }
}

/** Encrypts a document when it is fetched, to the key of the visit that is at the terminal then. */
const presentVisit = (): Broken => {
  const keys = new Map<string, Uint8Array>()
  const kept = new Map<string, readonly [SealContext, string, readonly Page[]]>()
  return {
    desk: {
      seal: (key, context, subject, pages) => {
        kept.set(context.case, [context, subject, pages.map((page) => ({ ...page, content: page.content.slice() }))])
        return sealDocument(key, context, subject, pages)
      },
    },
    http: async (request, next) => {
      if (pathOf(request) === '/v1/cases') {
        const { token } = (await request.clone().json()) as { token: Record<string, string> }
        keys.set(token['terminal']!, Buffer.from(token['visitKey']!, 'base64url'))
      }
      const response = await next(request)
      if (caseOf(request)?.[2] !== 'release' || response.status !== 200) return response
      const body = (await response.json()) as { case: { id: string; terminal: string } }
      const [context, subject, pages] = kept.get(body.case.id)!
      return json(200, { ...body, sealed: sealDocument(keys.get(body.case.terminal)!, context, subject, pages) })
    },
  }
}

/** Answers a release again as before. */
const repeated = (): Broken => {
  const answers = new Map<string, object>()
  return {
    http: async (request, next) => {
      const response = await next(request)
      const [, id = '', action] = caseOf(request) ?? []
      if (action !== 'release') return response
      if (response.status === 200) answers.set(id, (await response.clone().json()) as object)
      else await sleep(50)
      const before = answers.get(id)
      return before === undefined ? response : json(200, before)
    },
  }
}

/** Takes every outcome that is reported. */
const believing: Broken = {
  http: async (request, next) => {
    if (caseOf(request)?.[2] !== 'outcome') return next(request)
    const { outcome } = (await request.clone().json()) as { outcome: string }
    const response = await next(request.clone() as Request)
    return response.status === 200 ? response : json(200, { ...(await stateFor(request, next)), state: outcome })
  },
}

/** Fails to open cases from some event on. */
const failsAfter = (isEvent: (request: Request) => boolean): Broken => {
  let fails = false
  return {
    http: async (request, next) => {
      if (fails && pathOf(request) === '/v1/cases') return json(500, {})
      if (fails && pathOf(request) === '/v1/tokens') return json(200, { state: 'unknown' })
      const response = await next(request.clone() as Request)
      fails ||= isEvent(request)
      return response
    },
  }
}

const wrong = (ids: readonly string[], make: () => Broken): Readonly<Record<string, () => Broken>> =>
  Object.fromEntries(ids.map((id) => [id, make]))

/** For each case a server that is wrong about it; `broken-installations.ts` has those whose processes must end for it. */
export const broken: Readonly<Record<string, () => Broken>> = {
  'issue-to-the-end': () => onRelease(async () => json(500, {})),
  'document-only-sealed': () =>
    onRelease(async (request, next) => {
      const response = await next(request)
      return json(response.status, { ...((await response.json()) as object), subject: 'canary-1' })
    }),
  ...wrong(
    [0, 1, 10, 100, 500, 1_000].map((gap) => `simultaneous-${gap}-ms`),
    onePlace,
  ),
  'high-load': onePlace,
  'slow-composer': queue,
  'abandoned-then-late': tray,
  'late-result': tray,
  ...wrong(
    [
      'page-of-another-person',
      'document-of-another-person',
      'document-of-another-case',
      'page-missing',
      'page-too-many',
    ],
    () => composedBlindly,
  ),
  ...wrong(['no-pages', 'empty-page', 'thousand-pages', 'endless-document'], () => composedBlindly),
  ...wrong(['composer-garbage', 'composer-unreachable', 'crossed-documents'], () => composedBlindly),
  ...wrong(
    ['register-stale', 'register-copy-stale', 'register-of-tomorrow', 'register-gap', 'register-went-back'],
    askedBlindly,
  ),
  ...wrong(
    ['registers-of-two-persons', 'registers-contradict', 'register-of-another-case', 'register-unreachable'],
    askedBlindly,
  ),
  ...wrong(
    ['register-copy-unreachable', 'register-garbage', 'register-wrong-types', 'registration-deleted'],
    askedBlindly,
  ),
  'protected-person': talkative,
  'release-to-another-terminal': anyTerminal,
  'case-of-another-terminal': anyTerminal,
  'release-in-a-later-visit': presentVisit,
  'release-replayed': repeated,
  'released-once': repeated,
  'fence-of-yesterday': () =>
    onRelease(async (request, next) => {
      const { fence } = await stateFor(request, next)
      return next(await changed(request, (body) => ({ ...body, fence })))
    }),
  ...wrong(['outcome-before-release', 'outcome-forged', 'outcome-after-the-end'], () => believing),
  'case-for-a-used-token': () => {
    let last: Response | undefined
    return {
      http: async (request, next) => {
        const response = await next(request)
        if (pathOf(request) !== '/v1/cases') return response
        if (response.status === 201) last = response.clone() as Response
        return response.status === 201 || last === undefined ? response : (last.clone() as Response)
      },
    }
  },
  'terminal-reports-a-mismatch': () => ({
    http: async (request, next) => {
      if (caseOf(request)?.[2] !== 'outcome') return next(request)
      return next(await changed(request, (body) => ({ ...body, ...(body['outcome'] === 'mismatch' && abandoned) })))
    },
  }),
  'stopped-by-a-clerk': () => {
    let stopped = false
    return {
      http: async (request, next) => {
        if (!pathOf(request).startsWith('/v1/desk')) return next(request)
        if (request.method === 'POST') stopped = pathOf(request).endsWith('stop')
        return json(200, { stopped })
      },
    }
  },
  'stop-by-a-terminal': () => ({
    http: async (request, next) => {
      if (!pathOf(request).startsWith('/v1/desk')) return next(request)
      const headers = new Headers(request.headers)
      headers.set('authorization', clerk.authorization)
      const body = request.method === 'GET' ? undefined : await request.text()
      return next(new Request(request.url, { method: request.method, headers, body: body ?? null }))
    },
  }),
  'documents-wrong': () => ({
    http: async (request, next) => {
      if (pathOf(request) !== '/v1/cases') return next(request)
      const documents = [{ document: 'evaluation', copies: 1 }]
      return next(await changed(request, (body) => ({ ...body, documents })))
    },
  }),
  'wrong-types': () =>
    onRelease(async (request, next) =>
      next(await changed(request, (body) => ({ ...body, fence: Number.parseInt(String(body?.['fence']), 10) || 1 }))),
    ),
  'case-ids-wrong': () => {
    let last: unknown
    return {
      http: async (request, next) => {
        const response = await next(request)
        if (caseOf(request) === null || caseOf(request)![2] !== undefined) return response
        if (response.status === 200) last = await response.clone().json()
        return response.status === 200 || pathOf(request) !== '/v1/cases/current' ? response : json(200, last)
      },
    }
  },
  'issue-at-the-end': () => failsAfter((request) => caseOf(request)?.[2] === 'outcome'),
}

const abandoned = { outcome: 'abandoned', fence: undefined }
