import { fileURLToPath } from 'node:url'
import type { StoreKind, Trial, TrialCommands } from '../../../scripts/lib/trial.mjs'
import { freePort } from '../../../src/cli/demo/server-process.ts'

/** An installation of the right server that is wrong in one respect, which shows when its processes end. */
export interface BrokenInstallation {
  readonly store: StoreKind
  readonly arrange: (right: TrialCommands, trial: Trial) => TrialCommands | Promise<TrialCommands>
  /** Cases that it fails, with the reason of each. */
  readonly fails: Readonly<Record<string, string>>
  /** Further options of the evaluation. */
  readonly options?: readonly string[]
}

/** Node.js code as a command of the shell. */
const script = (text: string): string => `'${process.execPath}' --input-type=module --eval "${text}"`

const writeKey = (file: string): string =>
  script(
    `import { randomBytes } from 'node:crypto'; import { writeFileSync } from 'node:fs'; writeFileSync('${file}', randomBytes(32).toString('hex'))`,
  )

export const brokenInstallations: Readonly<Record<string, BrokenInstallation>> = {
  'a store in memory where documents are issued': {
    store: 'memory',
    arrange: ({ forgets, ...commands }) => commands,
    fails: {
      'killed-while-composing': 'case-lost',
      'killed-when-sealed': 'case-lost',
      'killed-when-printed': 'case-lost',
    },
  },
  'a key of pseudonyms that is made at each start': {
    store: 'memory',
    arrange: async (commands, trial) => {
      return { ...commands, start: `${writeKey(trial.file('pseudonym.key'))} && ${commands.start}` }
    },
    fails: { 'killed-while-opening': 'malformed' },
  },
  'a proxy that answers a release from its cache': {
    store: 'sqlite',
    arrange: async (commands, trial) => {
      const settings = JSON.parse(await trial.read('server.json'))
      const { port } = settings.listen
      const own = await freePort()
      await trial.write('server.json', { ...settings, listen: { ...settings.listen, port: own } })
      const program = fileURLToPath(new URL('release-cache.mjs', import.meta.url))
      const words = [process.execPath, program, String(port), `http://127.0.0.1:${own}`, trial.file('cache.json')]
      return {
        ...commands,
        start: `${commands.start} && ${trial.command('start', 'cache', ...words)}`,
        kill: `${commands.kill} && ${trial.command('kill', 'cache')}`,
      }
    },
    fails: { 'killed-when-released': 'released-twice' },
  },
  'a store whose disk is not there after a restart': {
    store: 'sqlite',
    arrange: (commands, trial) => {
      const { kill, start } = commands
      return { ...commands, restartStore: `${kill} && rm ${trial.file('store.sqlite')}* && ${start}` }
    },
    fails: { 'store-restarted': 'case-lost' },
  },
  'two instances with a store each': {
    store: 'sqlite',
    arrange: async (commands, trial) => {
      const other = JSON.parse(await trial.read('other.json'))
      await trial.write('other.json', { ...other, store: { kind: 'sqlite', file: 'other.sqlite' } })
      return commands
    },
    fails: { 'instances-differ': 'still-ready' },
    // Longer than a right server needs to see the other one.
    options: ['--max-wait', '25'],
  },
}
