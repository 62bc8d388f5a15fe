import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * Starts an issuance server in a process of its own, see `http-process.mjs`.
 *
 * @param options - `holders`, `tokens`; `processes` that listen, by default 1; `busyMs` that each verification takes longer.
 */
export async function startHttpProcess(options) {
  const child = fork(fileURLToPath(new URL('http-process.mjs', import.meta.url)), { execArgv: ['--expose-gc'] })
  const ask = async (task, argument) => {
    child.send({ task, argument })
    const [answer] = await once(child, 'message')
    return answer
  }
  return {
    ...(await ask('start', options)),
    memory: async () => (await ask('memory')).rss,
    stop: () => child.disconnect(),
  }
}
