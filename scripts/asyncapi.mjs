// npm run docs:asyncapi: writes docs/asyncapi.json, the protocol of the bridge, from src/bridge and src/bridge-client.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { asyncapiOf, compiledSchemas } from './lib/asyncapi.mjs'
import { must, root } from './lib/run.mjs'

// Compiled here, so that no build is needed.
const folder = join(root, '.cache/asyncapi')
mkdirSync(folder, { recursive: true })
const compiled = join(folder, 'schemas.mjs')
await compiledSchemas(compiled)
const { paramSchemas, sentSchemas, bridgePath, bridgeProtocols } = await import(pathToFileURL(compiled).href)
const document = asyncapiOf({
  z,
  params: paramSchemas(z),
  sent: sentSchemas(z),
  protocol: bridgeProtocols[0],
  path: bridgePath,
  source: readFileSync(join(root, 'src/bridge-client/protocol.ts'), 'utf8'),
})
const file = join(root, 'docs/asyncapi.json')
writeFileSync(file, JSON.stringify(document, null, 2))
must(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'format', '--write', file])
