import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import * as esbuild from 'esbuild'
import * as vite from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { greyPhoto } from '../support/photo.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const sources = join(root, '.cache', 'bundling')
/** An application: shows a photo, then sends one command through an isolated reader process. Prints JSON. */
const application = `
import { photoToPng } from 'jpki-card/card-face'
import { openPcsc } from 'jpki-card/pcsc'

async function main() {
  const [photo, module, worker, program] = process.argv.slice(2)
  const result = {}
  try {
    const { width, height } = await photoToPng(Buffer.from(photo, 'base64'), { worker })
    result.photo = [width, height]
  } catch (error) {
    result.photo = error.code + ' ' + error.dependency
  }
  try {
    const transport = await openPcsc({ isolated: { program, module: new URL(module) } })
    const [reader] = await transport.readers()
    const connection = await transport.connect(reader.name)
    result.answer = Buffer.from(await connection.transmit(Uint8Array.of(0x80, 0x10, 0, 0))).toString('hex')
    await connection.close('leave')
    await transport.close()
  } catch (error) {
    result.answer = error.code + ' ' + error.dependency
  }
  console.log(JSON.stringify(result))
}
main()
`

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, object | string>>
}
const subpaths = Object.keys(exports).filter((subpath) => !subpath.endsWith('.json'))
/** An application that takes all there is; a profile is what needs the parser of JSON. */
const everything = [
  ...subpaths.map((subpath, i) => `import * as part${i} from 'jpki-card${subpath.slice(1)}'`),
  `console.log(JSON.stringify([part${subpaths.indexOf('./municipal')}.checkProfile('{').ok, ${subpaths.map((_, i) => `Object.keys(part${i}).length > 0`)}]))`,
].join('\n')

const entries = {
  all: join(sources, 'all.mjs'),
  app: join(sources, 'app.mjs'),
  'photo-worker': join(root, 'dist/card-face/visual/photo-worker.js'),
  host: join(root, 'dist/transport/pcsc/isolated/host.js'),
}
const wasm = 'openjpegwasm_decode.wasm'
const wasmOf = join(root, 'node_modules/@cornerstonejs/codec-openjpeg/dist', wasm)
type Format = 'esm' | 'cjs'
type Bundler = (name: keyof typeof entries, format: Format, file: string) => Promise<unknown>

const requireForEsm =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url)"

/** As `docs/bundling.md` shows them. */
const bundlers: Readonly<Record<string, Bundler>> = {
  esbuild: (name, format, file) =>
    esbuild.build({
      entryPoints: [entries[name]],
      outfile: file,
      format,
      bundle: true,
      platform: 'node',
      target: 'node20',
      mainFields: ['module', 'main'],
      logLevel: 'error',
      // The decoder is CommonJS, and esbuild gives it no `require` in a bundle of the other form.
      ...(format === 'esm' && { banner: { js: requireForEsm } }),
    }),
  vite: (name, format, file) =>
    vite.build({
      configFile: false,
      root: sources,
      logLevel: 'error',
      ssr: { noExternal: true, target: 'node' },
      build: {
        ssr: entries[name],
        target: 'node20',
        outDir: join(file, '..'),
        emptyOutDir: false,
        rolldownOptions: { output: { format, entryFileNames: file.split('/').at(-1)! } },
      },
    }),
}

const extension = { esm: '.mjs', cjs: '.cjs' } as const
const cases = Object.keys(bundlers).flatMap((name) =>
  (['esm', 'cjs'] as const).map((format) => [name, format] as const),
)

let folder: string
let module: string
beforeAll(async () => {
  mkdirSync(sources, { recursive: true })
  writeFileSync(entries.app, application)
  writeFileSync(entries.all, everything)
  // Outside the checkout: what a bundle does not hold is not found.
  folder = mkdtempSync(join(tmpdir(), 'bundling-'))
  writeFileSync(join(folder, 'events'), '1')
  copyFileSync(join(root, 'test/support/pcscd-fake-module.mjs'), join(folder, 'binding.mjs'))
  module = pathToFileURL(join(folder, 'binding.mjs')).href
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a bundled application; the files of worker and host are given as options when there are any. */
async function run(app: string, ...files: readonly string[]): Promise<unknown> {
  const env = { ...process.env, FAKE_BINDING: folder }
  const { stdout } = await promisify(execFile)(process.execPath, [app, greyPhoto, module, ...files], {
    env,
    timeout: 30_000,
  })
  return JSON.parse(stdout)
}

describe.each(cases)('bundled with %s as %s', (bundler, format) => {
  const made = (name: keyof typeof entries) => join(folder, `${bundler}-${format}`, `${name}${extension[format]}`)

  test('photo decoder and reader process work, their files named by options, and without the code of the decoder it is named', async () => {
    for (const name of ['app', 'photo-worker', 'host'] as const) await bundlers[bundler]!(name, format, made(name))
    const noWasm = { photo: `ERR_DEPENDENCY_MISSING ${wasm}`, answer: '801000009000' }
    expect(await run(made('app'), made('photo-worker'), made('host'))).toEqual(noWasm)
    copyFileSync(wasmOf, join(made('photo-worker'), '..', wasm))
    const result = await run(made('app'), made('photo-worker'), made('host'))
    expect(result).toEqual({ photo: [24, 16], answer: '801000009000' })
  })

  test('every entry point loads', async () => {
    await bundlers[bundler]!('all', format, made('all'))
    expect(await run(made('all'))).toEqual([false, ...subpaths.map(() => true)])
  })

  test('files that are not there are named, and not taken for a fault of the card', async () => {
    const missing = { photo: 'ERR_DEPENDENCY_MISSING photo-worker.js', answer: 'ERR_DEPENDENCY_MISSING host.js' }
    expect(await run(made('app'))).toEqual(missing)
    expect(await run(made('app'), join(folder, 'none.js'), join(folder, 'none.js'))).toEqual(missing)
  })
})

test('files of those names beside an ECMAScript bundle are found without options', async () => {
  const place = join(folder, 'beside')
  await bundlers['esbuild']!('app', 'esm', join(place, 'app.mjs'))
  await bundlers['esbuild']!('photo-worker', 'esm', join(place, 'photo-worker.js'))
  await bundlers['esbuild']!('host', 'esm', join(place, 'host.js'))
  copyFileSync(wasmOf, join(place, wasm))
  writeFileSync(join(place, 'package.json'), '{"type":"module"}')
  expect(await run(join(place, 'app.mjs'))).toEqual({ photo: [24, 16], answer: '801000009000' })
})
