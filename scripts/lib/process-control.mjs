// Ends and starts what an evaluation controls, by process id:
//   node process-control.mjs start|kill|stop FOLDER NAME COMMAND…    kill: SIGKILL, stop: SIGTERM; both wait for the end
//   node process-control.mjs reach PORT                              waits until the port accepts a connection
// The process id is kept in FOLDER/NAME.pid, what the process writes in FOLDER/NAME.log.
import { spawn } from 'node:child_process'
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [action, folder, name, command, ...args] = process.argv.slice(2)
if (action === 'start') start()
else if (action === 'reach') await reach(Number(folder))
else await end(action === 'stop' ? 'SIGTERM' : 'SIGKILL')

function start() {
  const log = openSync(join(folder, `${name}.log`), 'a')
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] })
  child.on('error', () => {
    process.exitCode = 1
  })
  if (child.pid !== undefined) writeFileSync(join(folder, `${name}.pid`), String(child.pid))
  child.unref()
}

async function end(signal) {
  const file = join(folder, `${name}.pid`)
  const pid = Number(readFileSync(file, 'utf8'))
  rmSync(file)
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
    return
  }
  const isThere = () => {
    try {
      // A process that has ended stays until it is waited for.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    } catch {
      return false
    }
  }
  while (isThere()) await sleep(5)
}

async function reach(port) {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const isReached = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      const finish = (found) => {
        socket.destroy()
        resolve(found)
      }
      socket.once('connect', () => finish(true)).once('error', () => finish(false))
    })
    if (isReached) return
    await sleep(10)
  }
  process.exitCode = 1
}
