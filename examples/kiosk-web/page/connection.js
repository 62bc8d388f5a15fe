import { BridgeClient } from '/jpki-card/bridge-client/index.js'

/** Pauses before the next attempt, milliseconds. */
const pauses = [250, 500, 1_000, 2_000, 5_000]

/** Attempts with a session whose former connection, that of the page before it was loaded again, may just be ending. */
const mostResumes = 4

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Keeps a connection to a bridge, for as long as the page is there. The session is kept for the page (`sessionStorage`: of this window
 * only, gone with it), so that a page that is loaded again goes on with its customer.
 *
 * @param options `bridge`: its address. `key`: name in `sessionStorage`. `secret()`: resolves to a one-time secret. `connected(client)`
 *   and `lost()`: called at each change
 */
export async function keepConnected({ bridge, key, secret, connected, lost }) {
  for (let failures = 0; ; failures++) {
    try {
      const client = await connect({ bridge, key, secret })
      failures = -1
      sessionStorage.setItem(key, JSON.stringify(client.session))
      const leave = () => client.close()
      addEventListener('pagehide', leave)
      connected(client)
      await client.closed
      removeEventListener('pagehide', leave)
    } catch {
      // The bridge is not there, or has not taken the secret: again.
    }
    lost()
    await wait(pauses[Math.min(Math.max(failures, 0), pauses.length - 1)])
  }
}

async function connect({ bridge, key, secret }) {
  const kept = sessionStorage.getItem(key)
  for (let attempt = 1; kept !== null && attempt <= mostResumes; attempt++) {
    try {
      return await BridgeClient.connect(bridge, { session: JSON.parse(kept) })
    } catch (error) {
      if (error.code !== 'ERR_BRIDGE_ACCESS') throw error
      await wait(150)
    }
  }
  // Unknown to the bridge, which was started again.
  sessionStorage.removeItem(key)
  return BridgeClient.connect(bridge, { secret: await secret() })
}

/** A request to the server of this page. @throws Error unless it answers with JSON */
export async function ask(path, body) {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(path, init)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response.json()
}
