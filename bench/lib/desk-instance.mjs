// One instance of an issuing server, to be killed: bench/desk.mjs starts it with its settings as JSON.
import { setTimeout as sleep } from 'node:timers/promises'
import { Certificate } from '../../dist/pki/x509/index.js'
import {
  createHttpHandler,
  IssuanceDesk,
  listen,
  openAuditLog,
  redisStore,
  sqliteStore,
  TokenService,
} from '../../dist/server/index.js'

const { port, origin, store: wanted, audit: file, anchor, key, residents } = JSON.parse(process.argv[2])
const store = wanted.file
  ? await sqliteStore({ file: wanted.file })
  : await redisStore({ url: wanted.url, durable: true, lazy: true })
const audit = await openAuditLog(file)
const service = new TokenService({
  origin,
  store,
  anchors: [Certificate.fromDer(Buffer.from(anchor, 'base64'))],
  hierarchies: ['virtual'],
  revocation: { mode: 'none' },
  pseudonymKey: Buffer.from(key, 'hex'),
  audit,
})
const register = {
  name: 'residents',
  lookup: async ({ serialNumber }) => ({ subject: residents[serialNumber], asOf: Date.now(), sequence: 1 }),
}
const composer = {
  async compose({ case: id, subject, document }) {
    await sleep(Math.random() * 20)
    const page = (n) => ({
      mediaType: 'text/plain',
      subject,
      content: Buffer.from(`${subject} ${id} ${document} ${n}`),
    })
    return { case: id, pageCount: 2, pages: [page(1), page(2)] }
  },
  subjectOf: ({ content }) => Buffer.from(content).toString().split(' ')[0],
}
const desk = new IssuanceDesk({
  origin,
  store,
  audit,
  registers: [register],
  composer,
  instances: { processes: 2 },
  includeSerialNumber: true,
  lifetimeMs: 10_000,
  outcomeMs: 1_000,
})
desk.start()
const limits = { perTerminal: false, perAddress: false }
const handler = await createHttpHandler({ service, desk, metrics: false, limits })
await listen(handler, { host: '127.0.0.1', port })
process.send?.('listening')
