// What stands before a server and answers a release again as before, also after its end: a proxy with a cache on its disk.
//   node release-cache.mjs PORT SERVER-URL FILE
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [port, server, file] = process.argv.slice(2)
const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}

createServer(async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  const { method, url, headers } = request
  const isRelease = url.endsWith('/release')
  const send = ({ status, text }) => response.writeHead(status, { 'content-type': 'application/json' }).end(text)
  if (isRelease && kept[url] !== undefined) return send(kept[url])
  const { connection, 'content-length': length, host, 'transfer-encoding': coding, ...others } = headers
  const body = method === 'GET' ? undefined : Buffer.concat(parts)
  try {
    const answer = await fetch(server + url, { method, headers: others, body })
    const found = { status: answer.status, text: await answer.text() }
    if (isRelease && answer.ok) {
      kept[url] = found
      writeFileSync(file, JSON.stringify(kept))
    }
    send(found)
  } catch {
    request.socket.destroy()
  }
}).listen(Number(port), '127.0.0.1')
