import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { problemStatuses } from '../../../src/server/http/problem.ts'
import { tokenFormats } from '../../../src/token/index.ts'
import { request } from '../fixture.ts'
import { deskDrives } from './desk-drives.ts'
import { drives as tokenDrives } from './drives.ts'
import { checkBody, freshToken, handlerWith } from './fixture.ts'

const token2 = {
  ...{ format: 'jpki-card-token:2', origin: 'https://issue.example', ...request, algorithm: 'RS256' },
  ...{ nonce: Buffer.alloc(32, 7).toString('base64url'), visitKey: Buffer.alloc(32, 9).toString('base64url') },
}

type Content = Readonly<Record<string, { readonly schema: object }>>
interface Described {
  readonly $ref?: string
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>
  readonly content?: Content
}
type Responses = Readonly<Record<string, Described>>
interface Operation {
  readonly requestBody?: { readonly content: Content }
  readonly responses: Responses
}

const text = readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')
const document = JSON.parse(text) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly responses: Responses
    readonly schemas: { readonly Code: { readonly enum: string[] } }
  }
}
const drives = [...tokenDrives, ...deskDrives]
const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false })
ajv.addSchema(document, 'document')

/** What a reference within the document points at. */
function resolve<T extends object>(found: T | { readonly $ref: string }): T {
  if (!('$ref' in found) || typeof found.$ref !== 'string') return found as T
  const steps = found.$ref.slice(2).split('/')
  return steps.reduce((at, step) => (at as Record<string, object>)[step]!, document as object) as T
}

const others: Readonly<Record<number, string>> = { 404: 'NotFound', 405: 'MethodNotAllowed' }

/** The response of the document that an answer must fit. */
function describedFor(operation: string, status: number): Described | undefined {
  if (operation === 'none') return document.components.responses[others[status]!]
  const [method, path] = operation.split(' ')
  const response = document.paths[path!]?.[method!.toLowerCase()]?.responses[status]
  return response && resolve(response)
}

/** The codes a response names; one without code for those that accept. */
function codesIn(response: Described): readonly (string | undefined)[] {
  const found = [...JSON.stringify(response).matchAll(/"code":\{"enum":\[([^\]]*)\]/g)].map(([, list]) => list!)
  return found.length === 0 ? [undefined] : found.flatMap((list) => JSON.parse(`[${list}]`) as string[])
}

function problemsOf(schema: object, value: unknown): readonly unknown[] {
  // References begin at the document.
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object
  return ajv.validate(absolute, value) ? [] : ajv.errors!
}

describe('docs/openapi.json', () => {
  test.each(drives)('describes $operation $status: $name', async ({ operation, status, code, run }) => {
    const response = await run()
    const body = await response.text()
    expect(response.status, body).toBe(status)
    const described = describedFor(operation, status)
    expect(described, 'a response of the document').toBeDefined()
    const { headers = {}, content } = described!
    for (const [name, header] of Object.entries(headers)) {
      const { schema, required } = resolve<{ readonly schema: object; readonly required: boolean }>(header)
      const value = response.headers.get(name)
      if (required || value !== null) expect(problemsOf(schema, value), name).toEqual([])
    }
    const type = response.headers.get('content-type')?.split(';')[0]
    expect(type === undefined ? [] : [type]).toEqual(Object.keys(content ?? {}))
    const { schema } = content?.[type ?? ''] ?? { schema: { const: '' } }
    expect(problemsOf(schema, type?.endsWith('json') ? JSON.parse(body) : body)).toEqual([])
    const isOverloaded = code === 'ERR_OVERLOADED'
    if (isOverloaded) expect(Object.keys(headers)).toContain('Retry-After')
    if (isOverloaded) expect(response.headers.get('retry-after')).not.toBeNull()
    if (code !== undefined) expect((JSON.parse(body) as { code: string }).code).toBe(code)
  })

  test('names every answer there is, and no other', () => {
    const named = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { responses }]) =>
        Object.entries(responses).flatMap(([status, response]) =>
          codesIn(resolve(response)).map((code) => `${method.toUpperCase()} ${path} ${status} ${code ?? ''}`),
        ),
      ),
    )
    const driven = drives.map(({ operation, status, code = '' }) => `${operation} ${status} ${code}`)
    const within = new Set(driven.filter((one) => !one.startsWith('none')))
    expect([...within].toSorted()).toEqual(named.toSorted())
  })

  test('describes what terminals send', async () => {
    const handler = await handlerWith()
    const requestOf = (path: string): object =>
      document.paths[path]!['post']!.requestBody!.content['application/json']!.schema
    expect(problemsOf(requestOf('/v1/challenges'), request)).toEqual([])
    const check = checkBody()
    expect(problemsOf(requestOf('/v1/certificates'), { ...check, caCertificate: 'AQID' })).toEqual([])
    expect(problemsOf(requestOf('/v1/certificates'), { ...check, trusted: 'true' })).not.toEqual([])
    const token = await freshToken(handler)
    const documents = [{ document: 'residence-record', copies: 1 }]
    expect(problemsOf(requestOf('/v1/cases'), { token, documents })).toEqual([])
    expect(problemsOf(requestOf('/v1/cases'), { token, documents: [] })).not.toEqual([])
    const body = { token, purpose: 'p', includeSerialNumber: false }
    expect(problemsOf(requestOf('/v1/verifications'), body)).toEqual([])
    expect(problemsOf(requestOf('/v1/verifications'), { ...body, token: { ...token, trusted: 'true' } })).not.toEqual(
      [],
    )
  })

  test('describes both token formats: a visit key in format 2, none in format 1', () => {
    const schema = { $ref: '#/components/schemas/Token' }
    const { visitKey, ...rest } = { ...token2, certificate: 'AQID', signature: 'AQID' }
    const older = { ...rest, format: 'jpki-card-token:1' }
    for (const right of [{ ...rest, visitKey }, older]) expect(problemsOf(schema, right)).toEqual([])
    for (const wrong of [rest, { ...older, visitKey }, { ...rest, visitKey: '' }, { ...rest, visitKey: null }]) {
      expect(problemsOf(schema, wrong)).not.toEqual([])
    }
    const asked = { $ref: '#/components/schemas/ChallengeRequest' }
    for (const format of Object.keys(tokenFormats)) expect(problemsOf(asked, { ...request, format })).toEqual([])
    expect(problemsOf(asked, { ...request, format: 'jpki-card-token:3' })).not.toEqual([])
  })

  test('describes what terminals and clerks send about cases and municipal PINs', () => {
    const accepted: readonly (readonly [path: string, body: object])[] = [
      ['/v1/tokens', { challengeDigest: 'A'.repeat(43) }],
      ['/v1/cases/{id}/release', { fence: 3, terminal: 'kiosk-1' }],
      ['/v1/cases/{id}/outcome', { outcome: 'printed', fence: 4 }],
      ['/v1/desk/stop', { note: 'why' }],
      ['/v1/municipal-pins/verify', { userId: 'user-1', kind: 'income', pin: '1234' }],
    ]
    for (const [path, body] of accepted) {
      const { schema } = document.paths[path]!['post']!.requestBody!.content['application/json']!
      expect(problemsOf(schema, body), path).toEqual([])
      expect(problemsOf(schema, { ...body, unheard: 1 }), path).not.toEqual([])
      expect(problemsOf(schema, {}), path).not.toEqual([])
    }
  })

  test('names every code there is, and no other', () => {
    expect(document.components.schemas.Code.enum.toSorted()).toEqual(Object.keys(problemStatuses).toSorted())
  })

  test('names each code with its status only', () => {
    const all = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).flatMap(({ responses }) => Object.entries(responses)),
    )
    const outside = Object.entries(others).map(
      ([status, name]) => [status, document.components.responses[name]!] as const,
    )
    for (const [status, response] of [...all, ...outside]) {
      for (const code of codesIn(resolve(response))) {
        if (code !== undefined) expect([code, problemStatuses[code]]).toEqual([code, Number(status)])
      }
    }
  })
})
