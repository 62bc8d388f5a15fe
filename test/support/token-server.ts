import { issueRevocationList } from '../../src/emulator/index.ts'
import { RevocationList } from '../../src/pki/revocation/index.ts'
import { crlSource } from '../../src/pki/trust/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { createHttpHandler } from '../../src/server/http/handler.ts'
import { memoryStore, TokenService } from '../../src/server/index.ts'
import { TokenServer } from '../../src/token/index.ts'
import { origin } from './challenge.ts'
import { identity } from './virtual.ts'

const day = 86_400_000

/** A client of an issuance server in process that trusts the shared person's CA. */
export async function tokenServer(
  /** Whether the person's certificate is revoked. */
  revoked = false,
  change: { readonly certificateChecks?: boolean } = {},
): Promise<TokenServer> {
  const { authCa, auth } = await identity()
  const anchors = [Certificate.fromDer(authCa.certificate)]
  const yesterday = new Date(Date.now() - day)
  const { serialNumber } = Certificate.fromDer(auth.certificate)
  const list = await issueRevocationList(authCa, {
    thisUpdate: yesterday,
    nextUpdate: new Date(Date.now() + day),
    revoked: revoked ? [{ serialNumber, at: yesterday }] : [],
  })
  const service = new TokenService({
    origin,
    store: memoryStore(),
    anchors,
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [crlSource({ lists: [RevocationList.fromDer(list)], anchors })] },
    pseudonymKey: new Uint8Array(32).fill(9),
  })
  const handler = await createHttpHandler({ service, metrics: false, ...change })
  return new TokenServer(origin, { fetch: async (url, init) => handler.fetch(new Request(url as string, init)) })
}
