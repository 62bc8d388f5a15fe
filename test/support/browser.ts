import { spawnSync } from 'node:child_process'
import { type Browser, chromium } from 'playwright-core'

/** Debian's Chromium; `undefined` where there is none. */
export const browserProgram: string | undefined = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
)

/** @param rules - names that lead to other addresses, as `--host-resolver-rules` has them. */
export async function startBrowser(rules?: string): Promise<Browser> {
  const path = spawnSync('which', [browserProgram!], { encoding: 'utf8' }).stdout.trim()
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic']
  const resolver = rules === undefined ? [] : [`--host-resolver-rules=${rules}`]
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu', ...quiet, ...resolver] })
}
