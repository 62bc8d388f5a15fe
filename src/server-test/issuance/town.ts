import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { field } from '../client.ts'
import { pdfPage } from './page.ts'
import { sha256 } from './seal.ts'

/** Paths of the two registers and the composer. */
export const townPaths = { residents: '/residents', copy: '/residents-copy', composer: '/composer' } as const

/** One of {@link townPaths}. */
export type Port = keyof typeof townPaths

/** What the server asks a register. */
export interface Question {
  readonly case: string
  readonly holder: string
  readonly document: string
}

/** What it orders of the composer. */
export interface Order {
  readonly case: string
  readonly subject: string
  readonly document: string
  readonly copies: number
}

/** A register's answer, as JSON. */
export interface Entry {
  readonly case: string
  readonly subject: string
  readonly suppressed?: string
  /** ISO 8601, UTC. */
  readonly asOf: string
  readonly sequence: number
  readonly missing?: number
}

/** A composed document, as JSON. */
export interface Composed {
  readonly case: string
  readonly pageCount: number
  readonly pages: readonly { readonly mediaType: string; readonly subject: string; readonly content: string }[]
}

/** In place of an answer: no answer, or a body that is not one. */
export type Disturbance = { readonly disturb: 'unreachable' | 'garbage' | 'endless' }

/** What a register does to its right answer. */
export type RegisterFault = (entry: Entry, question: Question) => Entry | Disturbance | Promise<Entry | Disturbance>

/** What the composer does to its right document. */
export type ComposerFault = (
  document: Composed,
  order: Order,
) => Composed | Disturbance | Promise<Composed | Disturbance>

/** Faults in effect. */
export interface Faults {
  readonly residents?: RegisterFault | undefined
  readonly copy?: RegisterFault | undefined
  readonly composer?: ComposerFault | undefined
}

/** A page that was composed: whose, for which case, and whether it was sent as it is. */
export interface Made {
  readonly subject: string
  readonly case: string
}

/** Address on which the tool serves the town. */
export interface TownAddress {
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined
  readonly port: number
}

/** Pages of each document. */
export const pagesEach = 3
/** Longest body that is read, bytes. */
const longest = 65_536

/**
 * The town of an evaluation: two registers of canary residents and a composer, over HTTP. The server under evaluation asks
 * them; what they answer wrongly, or late, is decided by the case that runs. It has no other residents.
 */
export class Town {
  readonly #server: Server
  readonly #subjects = new Map<string, string>()
  readonly #made = new Map<string, Made>()
  readonly #orders: Order[] = []
  #faults: Faults = {}
  /** Above that of an earlier run: the server may have kept it. */
  #sequence = Math.floor(Date.now() / 1000)
  /** Questions and orders received. */
  readonly counts: Record<Port, number> = { residents: 0, copy: 0, composer: 0 }

  private constructor() {
    this.#server = createServer((request, response) => {
      // A caller that ends the request early is no fault of the town.
      response.on('error', () => {})
      this.#serve(request, response).catch(() => response.destroy())
    })
  }

  /** @throws the system's error when the address cannot be used. */
  static async open({ host = '127.0.0.1', port }: TownAddress): Promise<Town> {
    const town = new Town()
    await new Promise<void>((resolve, reject) => {
      town.#server.once('error', reject)
      town.#server.listen(port, host, resolve)
    })
    return town
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Enters a resident by the pseudonym the server knows the person by. */
  enter(holder: string, subject: string): void {
    this.#subjects.set(holder, subject)
    this.#sequence += 1
  }

  /** From now on with these faults only. */
  set(faults: Faults): void {
    this.#faults = faults
  }

  /** Whose page it is; `undefined` for bytes that were not composed here. */
  madeOf(content: Uint8Array): Made | undefined {
    return this.#made.get(sha256(content))
  }

  /** Orders for a case. */
  ordersOf(id: string): readonly Order[] {
    return this.#orders.filter((order) => order.case === id)
  }

  /** A right document, with pages that no other document has. */
  compose(order: Order): Composed {
    const { case: id, subject, document, copies } = order
    const pages = Array.from({ length: pagesEach }, (_, i) => {
      const fresh = randomBytes(16).toString('hex')
      const lines = [
        'SPECIMEN (evaluation)',
        `${subject} ${document} ${copies}`,
        `page ${i + 1} of ${pagesEach}`,
        fresh,
      ]
      const content = pdfPage([...lines, `case ${sha256(Buffer.from(id))}`])
      this.#made.set(sha256(content), { subject, case: id })
      return { mediaType: 'application/pdf', subject, content: content.toString('base64') }
    })
    return { case: id, pageCount: pages.length, pages }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const port = (Object.keys(townPaths) as Port[]).find((name) => townPaths[name] === request.url)
    const body = await read(request)
    if (port === undefined || body === undefined) return send(response, 404, '{}')
    this.counts[port] += 1
    const answer = port === 'composer' ? await this.#document(body as Order) : await this.#entry(port, body as Question)
    if (!('disturb' in answer)) return send(response, 200, JSON.stringify(answer))
    if (answer.disturb === 'garbage') return send(response, 200, '<html>not the answer</html>')
    if (answer.disturb === 'endless') return sendEndlessly(response)
    request.socket.destroy()
  }

  async #entry(port: 'residents' | 'copy', question: Question): Promise<Entry | Disturbance> {
    const subject = this.#subjects.get(question.holder)
    const now = { case: question.case, asOf: new Date().toISOString(), sequence: this.#sequence }
    if (subject === undefined) return { ...now, subject: 'unknown', suppressed: 'no-record' }
    const entry = { ...now, subject }
    return (await this.#faults[port]?.(entry, question)) ?? entry
  }

  async #document(order: Order): Promise<Composed | Disturbance> {
    this.#orders.push(order)
    const document = this.compose(order)
    return (await this.#faults.composer?.(document, order)) ?? document
  }
}

async function read(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > longest) return undefined
    parts.push(part)
  }
  try {
    const json: unknown = JSON.parse(Buffer.concat(parts).toString())
    return typeof field(json, 'case') === 'string' ? json : undefined
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** One page of 256 MiB, or as much of it as is read. */
async function sendEndlessly(response: ServerResponse): Promise<void> {
  const chunk = 'A'.repeat(1_048_576)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"pageCount":1,"pages":[{"mediaType":"application/pdf","content":"')
  for (let i = 0; i < 256 && !response.destroyed; i++) {
    if (!response.write(chunk)) await Promise.race([sleep(2_000), new Promise((next) => response.once('drain', next))])
  }
  response.end('"}]}')
}
