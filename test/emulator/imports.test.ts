import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const source = resolve(dirname(fileURLToPath(import.meta.url)), '../../src')
const allowedOutside = ['bytes.ts', 'errors.ts', 'transport/index.ts']

const files = readdirSync(join(source, 'emulator'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
)

test.each(files)('%s shares no logic with the code the card tests', (name) => {
  const path = join(source, 'emulator', name)
  for (const [, target] of readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)'/g)) {
    const imported = relative(source, resolve(dirname(path), target!))
    expect(imported.startsWith('emulator/') || allowedOutside.includes(imported), imported).toBe(true)
  }
})
