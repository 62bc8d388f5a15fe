// docs/asyncapi.json: the protocol of the bridge, from the schemas of src/bridge/schemas.ts and the comments of
// src/bridge-client/protocol.ts. `npm run docs:asyncapi` writes it; test/bridge/asyncapi.test.ts fails when it is stale.
import { build } from 'esbuild'
import ts from 'typescript'
import { root } from './run.mjs'

const protocolSource = 'src/bridge-client/protocol.ts'
const ref = (pointer) => ({ $ref: `#/${pointer}` })
const onBridge = (name) => ref(`channels/bridge/messages/${name}`)

/** Methods whose frame is not JSON. */
const binary = new Set(['question.pin'])

/** First sentences of the comments of an interface, by member. */
function summaries(text, name) {
  const { statements } = ts.createSourceFile(protocolSource, text, ts.ScriptTarget.ES2022, true)
  const { members } = statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name)
  return Object.fromEntries(
    members.map((member) => {
      const [comment] = ts.getJSDocCommentsAndTags(member)
      const words = ts.getTextOfJSDocComment(comment?.comment)?.replaceAll(/\s+/g, ' ')
      if (words === undefined) throw new Error(`no comment of ${member.name.text} of ${name}`)
      return [member.name.text, words]
    }),
  )
}

/** A message with a JSON-RPC frame as its payload. */
function frame(summary, properties, optional = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  const payload = { type: 'object', properties: { jsonrpc: { const: '2.0' }, ...properties } }
  return { summary, payload: { ...payload, required: ['jsonrpc', ...required], additionalProperties: false } }
}

const id = { type: 'integer', minimum: 1, maximum: 0x7fffffff }

const pinFrame = {
  summary: 'A PIN, as a binary frame.',
  description:
    'Bytes 0 to 3: id of the call; bytes 4 to 7: number of the question, both unsigned and big-endian; then the PIN, 1 to 16 bytes of ' +
    'ASCII. Answered as any call. Only with pinEntry `client`.',
  contentType: 'application/octet-stream',
  payload: { type: 'string', format: 'binary' },
}

/**
 * @param data - `z` of zod, `params` of `paramSchemas`, `sent` of `sentSchemas`, `protocol` of `bridgeProtocols`, `path`, and
 *   `source`, the text of `src/bridge-client/protocol.ts`.
 * @param options - `isClosed`: what the bridge sends has no other fields. The document leaves them open, for later versions.
 */
export function asyncapiOf({ z, params, sent, protocol, path, source }, { isClosed = false } = {}) {
  const methods = Object.keys(params)
  const events = Object.keys(sent.events)
  const texts = { methods: summaries(source, 'BridgeMethods'), events: summaries(source, 'BridgeEvents') }

  // All in one conversion, so that the shared ones are referred to; the others are put where they are used.
  const registry = z.registry()
  const names = new Map(Object.entries(sent.shared).map(([name, schema]) => [schema, name]))
  for (const schema of [...Object.values(sent.results), ...Object.values(sent.events)]) {
    if (!names.has(schema)) names.set(schema, `inline-${names.size}`)
  }
  for (const [schema, name] of names) registry.add(schema, { id: name })
  const uri = (name) => `#/components/schemas/${name}`
  const { schemas } = z.toJSONSchema(registry, { target: 'draft-7', io: isClosed ? 'output' : 'input', uri })
  const clean = ({ $schema, $id, ...schema }) => schema
  const sentSchema = (schema) => {
    const name = names.get(schema)
    return name in sent.shared ? { $ref: uri(name) } : clean(schemas[name])
  }
  const taken = (schema) => clean(z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }))

  const messages = {}
  const operations = {}
  for (const method of methods) {
    const request = taken(params[method])
    const properties = { id, method: { const: method }, params: request }
    const optional = request.required === undefined ? ['params'] : []
    messages[method] = binary.has(method) ? pinFrame : frame(texts.methods[method], properties, optional)
    const result = { id, result: sentSchema(sent.results[method]) }
    messages[`${method}.result`] = frame(`Result of ${method}.`, result)
    const replies = [onBridge(`${method}.result`), onBridge('error')]
    const reply = { channel: ref('channels/bridge'), messages: replies }
    operations[method] = { action: 'receive', channel: ref('channels/bridge'), messages: [onBridge(method)], reply }
  }
  for (const event of events) {
    const name = `on.${event}`
    messages[name] = frame(texts.events[event], { method: { const: event }, params: sentSchema(sent.events[event]) })
    operations[name] = { action: 'send', channel: ref('channels/bridge'), messages: [onBridge(name)] }
  }
  messages.error = frame('A call is refused; `id` is null for a frame whose id cannot be read.', {
    id: { anyOf: [id, { type: 'null' }] },
    error: sentSchema(sent.shared.Error),
  })
  const headers = {
    type: 'object',
    properties: {
      'Sec-WebSocket-Protocol': { const: protocol },
      Origin: { type: 'string', description: 'Of a page, as the browser sends it. Absent for a program.' },
    },
    required: ['Sec-WebSocket-Protocol'],
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'jpki-card bridge',
      version: protocol,
      description:
        'JSON-RPC 2.0 over a WebSocket on loopback, for pages and programs of the same machine. The document describes the bridge: it ' +
        'receives calls, and sends results, errors and notifications. docs/bridge.md has pairing, proofs and limits. A client ignores ' +
        'fields and notifications it does not know.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      loopback: {
        host: '127.0.0.1:{port}',
        protocol: 'ws',
        description: 'Loopback only.',
        variables: { port: { description: '`port` of the settings.' } },
      },
    },
    channels: {
      bridge: {
        address: path,
        description:
          'Every frame. The first one is the notification `hello` of the bridge; the first call pairs or resumes.',
        messages: Object.fromEntries(Object.keys(messages).map((name) => [name, ref(`components/messages/${name}`)])),
        bindings: { ws: { method: 'GET', headers, bindingVersion: '0.1.0' } },
      },
    },
    operations,
    components: {
      messages,
      schemas: Object.fromEntries(Object.keys(sent.shared).map((name) => [name, clean(schemas[name])])),
    },
  }
}

/** The sources of the document, compiled, for a script: an ES module with the packages left out. */
export async function compiledSchemas(file) {
  const contents = `
    export { paramSchemas, sentSchemas } from './src/bridge/schemas.ts'
    export { bridgePath, bridgeProtocols } from './src/bridge-client/index.ts'
  `
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  })
}
