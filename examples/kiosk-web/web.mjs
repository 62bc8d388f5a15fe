// A web server for pages of this machine: an exact list of files and answers, nothing else.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const types = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Longest body of a request, bytes. */
const longestBody = 4_096

/** The client of the bridge as the browser loads it: it imports nothing else, and no package. */
export const bridgeClientFiles = Object.fromEntries(
  ['bridge-client/index.js', 'bridge-client/client.js', 'bridge-client/protocol.js', 'errors.js', 'outcomes.js'].map(
    (name) => [`/jpki-card/${name}`, new URL(`../../dist/${name}`, import.meta.url)],
  ),
)

/** @param names by path */
export function pageFiles(names) {
  return Object.fromEntries(names.map((name) => [`/${name}`, new URL(`page/${name}`, import.meta.url)]))
}

/**
 * Serves on loopback.
 *
 * @param options `files`: URL of a file by path. `answers`: functions by method and path, such as `POST /secret`, from the JSON of the
 *   body to the JSON of the answer, or to `{ pdf }`. `connects`: what pages may connect to besides their own origin
 * @returns `{ origin, close }`
 */
export async function serveWeb({ port, files, answers, connects = () => [] }) {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000, maxHeaderSize: 8_192 })
  const host = () => `127.0.0.1:${server.address().port}`

  server.on('request', (request, response) => {
    answer(request).then(
      ({ status = 200, type = 'text/plain; charset=utf-8', content = '' }) => {
        response.writeHead(status, { ...headersOf(connects()), 'content-type': type })
        response.end(content)
      },
      () => response.destroy(),
    )
  })

  async function answer(request) {
    const { method, headers } = request
    const path = request.url.split('?', 1)[0]
    // A name that was made to lead here is not this server (DNS rebinding).
    if (headers.host !== host()) return { status: 421 }
    const site = headers['sec-fetch-site']
    if (method === 'GET' && Object.hasOwn(files, path)) {
      const file = files[path]
      return { type: types[file.pathname.split('.').at(-1)], content: await readFile(file) }
    }
    const [name, rest] = [`${method} ${path}`, `${method} ${path.slice(0, path.lastIndexOf('/') + 1)}`]
    const found = [name, rest].find((one) => Object.hasOwn(answers, one))
    if (found === undefined) return { status: 404 }
    // Only a page of this server: browsers send the origin of the page with each POST, and no page can change it.
    const isOwn = method === 'GET' ? site !== 'cross-site' : headers.origin === `http://${host()}`
    if (!isOwn || (site !== undefined && site !== 'same-origin' && site !== 'none')) return { status: 403 }
    const body = method === 'POST' ? await jsonOf(request) : path.slice(path.lastIndexOf('/') + 1)
    if (body === undefined) return { status: 400 }
    const result = await answers[found](body)
    if (result === undefined) return { status: 404 }
    if (result.pdf !== undefined) return { type: 'application/pdf', content: result.pdf }
    return { type: 'application/json', content: JSON.stringify(result) }
  }

  server.listen({ host: '127.0.0.1', port })
  await once(server, 'listening')
  return {
    origin: `http://${host()}`,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function headersOf(connects) {
  const connect = ["'self'", ...connects].join(' ')
  return {
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src ${connect}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
}

async function jsonOf(request) {
  if (request.headers['content-type'] !== 'application/json') return undefined
  const parts = []
  let length = 0
  for await (const part of request) {
    length += part.length
    if (length > longestBody) return undefined
    parts.push(part)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString())
  } catch {
    return undefined
  }
}
