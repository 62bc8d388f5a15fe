import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type AnnouncedInstance, announcedInstances, type Condition } from '../../server/index.ts'
import { CliError } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import { table } from '../output.ts'
import { packageVersion } from '../package-version.ts'
import { Diagnosis } from './diagnosis.ts'
import { unusableFiles } from './issuance.ts'
import { readServeSettings } from './settings.ts'
import { loadFiles, openStore } from './start.ts'
import { StoreCheck } from './store-check.ts'

/** Digits of a digest that are shown to people. */
const digits = 8

/**
 * `serve check SETTINGS`: reads the settings and all files they name, tries the store, and compares the instances that
 * announce themselves in it with these settings. Serves nothing, announces nothing, runs no module, and creates no store.
 *
 * @throws as starting the server does, for settings or files that are not usable; those of issuance and municipal PINs are
 *   conditions, each with its setting.
 */
export async function serveCheck({ operands, messages }: Context): Promise<Result> {
  const { settings, folder } = await readServeSettings(operands[0]!)
  const inFolder = (path: string): string => resolve(folder, path)
  const { origin, store: of } = settings
  const loaded = await loadFiles(settings, folder)
  const version = packageVersion()
  const configuration = loaded.service.configuration!
  const diagnosis = new Diagnosis(settings, folder)
  const found: Condition[] = []
  let instances: readonly AnnouncedInstance[] = []
  try {
    await diagnosis.update(loaded)
    found.push(...diagnosis.conditions(), ...loaded.terminals.conditions(), ...(await unusableFiles(settings, folder)))
    // Created by the account that serves, not by the one that checks.
    const absent = of.kind === 'sqlite' && !existsSync(inFolder(of.file)) ? of.file : undefined
    if (absent !== undefined) {
      found.push(...absentStore(inFolder(absent), settings.municipalPins !== undefined))
    } else {
      const { store } = await openStore(settings, inFolder)
      try {
        const tried = await StoreCheck.start(store)
        found.push(...tried.conditions(), ...(store.conditions?.() ?? []))
        await tried.close()
        instances = await announcedInstances(store, {
          ...{ origin, version, configuration, pseudonymKey: loaded.pseudonymKey },
        })
      } finally {
        await store.close?.()
      }
    }
  } finally {
    diagnosis.close()
    loaded.terminals.close()
  }
  const conditions = found.filter(({ state }) => state !== 'ok')
  const problems = [
    ...new Set(conditions.filter(({ state }) => state === 'failed').map(({ part, reason }) => `${part} ${reason}`)),
    ...new Set(instances.flatMap(({ differs }) => differs.map((one) => `instances ${one}-differs`))),
  ]
  const texts = messages.serve
  const brief = (digest: string | undefined): string => digest?.slice(0, digits) ?? '-'
  const rows = [
    [texts.instance, texts.version, texts.digest, ''],
    [texts.theseSettings, version, brief(configuration), ''],
    ...instances.map(({ name = '-', differs, ...one }) => [
      ...[name, one.version ?? '-', brief(one.configuration)],
      differs.length === 0 ? '' : `${texts.differs}: ${differs.join(', ')}`,
    ]),
  ]
  const lines = conditions.map(({ part, state, reason, detail }) => [state, part, `${reason}: ${detail ?? ''}`])
  return {
    json: { version, configuration, conditions, instances },
    text: `${lines.length === 0 ? '' : `${table(lines)}\n`}${table(rows)}`,
    alarms: ['failed'],
    ...(problems.length > 0 && { refused: new CliError('ERR_SERVER_START', 'not-ready', problems.join(', ')) }),
  }
}

/** A store that the server would create: whether it can, and whether municipal PINs may be missing. */
function absentStore(path: string, hasPins: boolean): readonly Condition[] {
  if (!existsSync(dirname(path))) {
    const detail = 'the folder of store.file does not exist: a server does not start'
    return [{ part: 'store', state: 'failed', reason: 'folder-missing', detail }]
  }
  if (!hasPins) return []
  const detail = 'store.file does not exist: the server creates it, without any municipal PIN'
  return [{ part: 'store', state: 'warning', reason: 'file-missing', detail }]
}
