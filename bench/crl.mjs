// A revocation list of a million entries: signature checked and indexed beside `openssl crl`, memory, lookup, and the
// longest time the event loop is held up.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { RevocationList } from '../dist/pki/revocation/index.js'
import { Certificate } from '../dist/pki/x509/index.js'
import { largeList, serialOf } from './lib/large-list.mjs'
import { longestTurn, median, row } from './lib/measure.mjs'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const count = 1_000_000
const rounds = 3

async function load(der, signer) {
  const list = await RevocationList.load(der)
  if (!(await list.verifySignature(signer))) throw new Error('the list is not good')
  return list
}

function runOpenssl(file) {
  const started = performance.now()
  const { status, error } = spawnSync('openssl', ['crl', '-inform', 'DER', '-in', file, '-noout'])
  if (error !== undefined || status !== 0) throw new Error('openssl crl failed', { cause: error })
  return performance.now() - started
}

async function held() {
  for (let i = 0; i < 3; i++) {
    collect()
    await turn()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Bytes an entry that the process keeps beyond the list itself. */
async function kept(der, signer) {
  const before = await held()
  const list = await load(der, signer)
  const grown = (await held()) - before - der.length
  if (list.count !== count) throw new Error('the list was not read whole')
  return grown / count
}

/** Microseconds a lookup takes. */
function lookup(list, issuer, offset) {
  const serials = Array.from({ length: 50_000 }, (_, i) => serialOf(((i * 7_919) % count) * 2 + offset))
  const times = []
  for (let round = 0; round < 12; round++) {
    const started = process.hrtime.bigint()
    for (const serial of serials)
      if ((list.find(serial, issuer) === undefined) !== (offset === 1)) throw new Error('wrong')
    times.push(Number(process.hrtime.bigint() - started) / 1000 / serials.length)
  }
  return median(times.slice(2))
}

export async function rows() {
  const { certificate, list: der } = largeList(count)
  const signer = Certificate.fromDer(certificate)
  const folder = mkdtempSync(join(tmpdir(), 'crl-'))
  try {
    const file = join(folder, 'list.crl')
    writeFileSync(file, der)
    await RevocationList.load(largeList(20_000).list)
    const bytes = await kept(der, signer)
    const longest = await longestTurn(() => load(der, signer))
    const ours = []
    const theirs = []
    let list
    for (let round = 0; round < rounds; round++) {
      const started = performance.now()
      list = await load(der, signer)
      ours.push(performance.now() - started)
      theirs.push(runOpenssl(file))
    }
    const issuer = signer.subjectName
    return [
      row('crl.million.load-over-openssl', median(ours) / median(theirs), 'ratio', 0.5),
      row('crl.million.load', median(ours), 'ms'),
      row('crl.million.event-loop-held', longest, 'ms', 50),
      row('crl.million.kept', bytes, 'bytes/entry', 16),
      row('crl.million.lookup-unlisted', lookup(list, issuer, 1), 'µs', 1),
      row('crl.million.lookup-listed', lookup(list, issuer, 0), 'µs', 1),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}
