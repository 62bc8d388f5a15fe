// What examples/issue.mjs runs against: invented residents with virtual cards, a register, the composer of
// examples/residence-record.mjs, and an issuing server on a port of this machine.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Certificate } from 'jpki-card'
import { createIdentity, createVirtualCard } from 'jpki-card/emulator'
import { IssuanceServer } from 'jpki-card/issuance'
import { createHttpHandler, IssuanceDesk, listen, openAuditLog, sqliteStore, TokenService } from 'jpki-card/server'
import { subjectOfPage } from './pdf-pages.mjs'
import { composeResidenceRecord, sampleResidents } from './residence-record.mjs'

/** @param folder where the server keeps its store and its audit log */
export async function openTown(folder) {
  const store = await sqliteStore({ file: join(folder, 'store.sqlite') })
  const audit = await openAuditLog(join(folder, 'audit.jsonl'))
  const residents = await people()
  const origin = 'http://127.0.0.1'
  const listening = await listen({ fetch: (...request) => handler.fetch(...request) }, { host: '127.0.0.1', port: 0 })
  const address = `${origin}:${listening.port}`
  const service = new TokenService({
    origin: address,
    store,
    anchors: residents.map(({ identity }) => Certificate.fromDer(identity.authCa.certificate)).slice(0, 1),
    hierarchies: ['virtual'],
    // The lists of a real service: see docs/revocation.md.
    revocation: { mode: 'none' },
    pseudonymKey: randomBytes(32),
    audit,
  })
  const desk = new IssuanceDesk({
    origin: address,
    store,
    audit,
    registers: [registerOf(residents)],
    composer: composerFor(residents),
    documents: ['residence-record'],
    includeSerialNumber: true,
  })
  desk.start()
  const handler = await createHttpHandler({ service, desk, metrics: false })
  return {
    residents,
    /** The server as a terminal sees it. */
    server: (terminal) => new IssuanceServer(address, { terminal }),
    async close() {
      await listening.close({ graceMs: 1_000 })
      await desk.close()
      await service.close()
    },
  }
}

async function people() {
  const first = await createIdentity({ holder: holderOf(sampleResidents[0]) })
  const rest = sampleResidents.slice(1).map((one) => createIdentity({ like: first, holder: holderOf(one) }))
  const identities = [first, ...(await Promise.all(rest))]
  return identities.map((identity, n) => {
    const certificate = Certificate.fromDer(identity.auth.certificate)
    return {
      record: sampleResidents[n],
      subject: `R-${randomBytes(8).toString('hex')}`,
      serialNumber: certificate.serialNumber,
      identity,
      card: () => createVirtualCard({ identity }),
    }
  })
}

function holderOf({ name, address, birthDate, sex }) {
  return { name, address, birthDate, sex: sex === '男' ? '1' : '2' }
}

/** The register knows residents by the serial number of their certificate. It is up to date: nothing changes here. */
function registerOf(residents) {
  return {
    name: 'residents',
    async lookup({ serialNumber }) {
      const found = residents.find((one) => one.serialNumber === serialNumber)
      const current = { asOf: Date.now(), sequence: 1 }
      return found
        ? { subject: found.subject, ...current }
        : { subject: 'unknown', suppressed: 'no-record', ...current }
    },
  }
}

function composerFor(residents) {
  return {
    async compose({ case: caseId, subject, copies, at }, { signal }) {
      const { record } = residents.find((one) => one.subject === subject)
      const issuedOn = new Date(at + 32_400_000).toISOString().slice(0, 10)
      const { pages } = await composeResidenceRecord(record, { subject, caseId, issuedOn, copies, signal })
      return { case: caseId, pageCount: pages.length, pages }
    },
    subjectOf: ({ content }) => subjectOfPage(content),
  }
}
