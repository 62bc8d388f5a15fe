import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Starts a server in a process of its own, see `http-process.mjs`, and asks it for what it can tell. */
export async function startHttpProcess(task, argument) {
  const child = fork(fileURLToPath(new URL('http-process.mjs', import.meta.url)), { execArgv: ['--expose-gc'] })
  const ask = async (name, value) => {
    child.send({ task: name, argument: value })
    const [answer] = await once(child, 'message')
    return answer
  }
  return {
    ...(await ask(task, argument)),
    memory: async () => (await ask('memory')).rss,
    stop: () => child.disconnect(),
  }
}
