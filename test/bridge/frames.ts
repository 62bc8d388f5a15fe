import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { z } from 'zod'
import { asyncapiOf } from '../../scripts/lib/asyncapi.mjs'
import { paramSchemas, sentSchemas } from '../../src/bridge/schemas.ts'
import { bridgePath, bridgeProtocols } from '../../src/bridge-client/index.ts'

const source = readFileSync(new URL('../../src/bridge-client/protocol.ts', import.meta.url), 'utf8')
const data = {
  z,
  params: paramSchemas(z),
  sent: sentSchemas(z),
  protocol: bridgeProtocols[0],
  path: bridgePath,
  source,
}

/** `docs/asyncapi.json` as it is generated, and with nothing beyond the fields it names. */
export const generated = asyncapiOf(data)
const closed = asyncapiOf(data, { isClosed: true })

const ajv = new Ajv({ strict: false, validateFormats: false })
ajv.addSchema(closed, 'closed')
const payloadOf = (message: string) => ajv.getSchema(`closed#/components/messages/${message}/payload`)!

/** Messages of the document that were on a wire in this file of tests, and frames that are not in it. */
export const seen = new Set<string>()
export const problems: string[] = []

/** The frames of one connection, held against the document. */
export class FrameCheck {
  readonly #methods = new Map<unknown, string>()

  fromClient(data: unknown): void {
    if (typeof data !== 'string') {
      const bytes = data as Uint8Array
      if (bytes.length < 9 || bytes.length > 24) problems.push(`binary frame of ${bytes.length} bytes`)
      this.#methods.set(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), 'question.pin')
      seen.add('question.pin')
      return
    }
    const frame = JSON.parse(data)
    this.#methods.set(frame.id, frame.method)
    this.#check(frame.method, frame)
  }

  fromBridge(data: string): void {
    const frame = JSON.parse(data)
    if ('method' in frame) this.#check(`on.${frame.method}`, frame)
    else if ('error' in frame) this.#check('error', frame)
    else this.#check(`${this.#methods.get(frame.id)}.result`, frame)
  }

  #check(message: string, frame: unknown): void {
    seen.add(message)
    const isValid = message in closed.components.messages ? payloadOf(message) : undefined
    if (isValid === undefined) problems.push(`${message} is not in the document`)
    else if (!isValid(frame)) problems.push(`${message}: ${ajv.errorsText(isValid.errors)} in ${JSON.stringify(frame)}`)
  }
}
