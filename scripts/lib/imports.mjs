import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** The room a file of src is in: its first folder, '' for the leaves. */
export const roomOf = (file) => (file.includes('/') ? file.split('/')[0] : '')

/**
 * What each file below a folder imports: by file, the name as written, the file it leads to (a package keeps its name), and
 * whether it is one of ours.
 */
export function importsBelow(src) {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(src, file), 'utf8').replaceAll(/^ ?\* .*$/gm, '')
      const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1])
      const path = (name) => (name.startsWith('.') ? relative(src, join(src, dirname(file), name)) : name)
      return [file, found.map((name) => ({ name, target: path(name), isOwn: name.startsWith('.') }))]
    }),
  )
}

/** Imports of our own files as pairs: file, target. */
export function arrowsOf(imports) {
  return [...imports].flatMap(([file, found]) => found.filter(({ isOwn }) => isOwn).map(({ target }) => [file, target]))
}

/** Those that lead into another room without going through its index. */
export function pastAnIndex(arrows) {
  return arrows.filter(([file, target]) => {
    const isIndex =
      target.endsWith('/index.ts') && (target.split('/').length === 2 || target === 'transport/pcsc/index.ts')
    return roomOf(target) !== '' && roomOf(file) !== roomOf(target) && !isIndex
  })
}
