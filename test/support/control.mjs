// Ends and starts what an evaluation controls: node control.mjs start|kill|stop FOLDER NAME COMMAND…
// The process id is kept in FOLDER/NAME.pid, what it writes in FOLDER/NAME.log.
import { spawn } from 'node:child_process'
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [action, folder, name, command, ...args] = process.argv.slice(2)
const file = join(folder, `${name}.pid`)
if (action === 'start') {
  const log = openSync(join(folder, `${name}.log`), 'a')
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] })
  writeFileSync(file, String(child.pid))
  child.unref()
} else {
  const pid = Number(readFileSync(file, 'utf8'))
  process.kill(pid, action === 'stop' ? 'SIGTERM' : 'SIGKILL')
  rmSync(file)
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
