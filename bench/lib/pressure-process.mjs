// One of several server processes on one Redis: verifies tokens, and answers with the code of each refusal.
import { RevocationList } from '../../dist/pki/revocation/index.js'
import { crlSource } from '../../dist/pki/trust/index.js'
import { Certificate } from '../../dist/pki/x509/index.js'
import { redisStore, TokenService } from '../../dist/server/index.js'

const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'))
const request = { terminal: 'kiosk-1', purpose: 'residence-record' }
let service

/** Redis may be away just now. */
async function openStore(url) {
  for (;;) {
    try {
      return await redisStore({ url })
    } catch (error) {
      if (error.code !== 'ERR_STORE_UNAVAILABLE') throw error
      await new Promise((done) => setTimeout(done, 20))
    }
  }
}

const tasks = {
  async open({ url, origin, anchor, list }) {
    const anchors = [Certificate.fromDer(bytes(anchor))]
    service = new TokenService({
      origin,
      anchors,
      hierarchies: ['virtual'],
      revocation: { mode: 'required', sources: [crlSource({ lists: [RevocationList.fromDer(bytes(list))], anchors })] },
      pseudonymKey: new Uint8Array(32).fill(1),
      store: await openStore(url),
    })
    return 'open'
  },
  challenge: () => service.challenge(request),
  verify: async (token) => ((await service.verify(token, request)).ok ? 'accepted' : 'refused'),
}

process.on('message', async ({ id, task, argument }) => {
  try {
    process.send({ id, value: await tasks[task](argument) })
  } catch (error) {
    process.send({ id, code: error.code ?? String(error) })
  }
})
process.on('disconnect', () => process.exit())
