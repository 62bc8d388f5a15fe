import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Certificate } from '../../../src/pki/index.ts'

/** A timestamp authority of `openssl ts`: invented, made for one test file. */
export interface Tsa {
  readonly folder: string
  readonly anchor: Certificate
  readonly certificate: Certificate
  /** Runs openssl in the folder. */
  run(...args: readonly string[]): { readonly code: number; readonly text: string }
  write(name: string, content: Uint8Array | string): string
  read(name: string): Uint8Array
  /** Answers a TimeStampReq. @param section - of the configuration. */
  reply(request: Uint8Array, section?: string): Uint8Array
  /** As `fetch` for `timestampHttpSource`. */
  readonly fetch: typeof fetch
  close(): void
}

const config = `
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Invented timestamp CA
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[tsa_ext]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[not_critical]
keyUsage = critical,digitalSignature
extendedKeyUsage = timeStamping
[two_usages]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping,clientAuth
[tsa]
serial = serial
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[sha1_ess]
serial = serial
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha1
[refusing]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha512
`

export function createTsa(): Tsa {
  const folder = mkdtempSync(join(tmpdir(), 'tsa-'))
  const run = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' })
    return { code: status ?? -1, text: `${stdout}${stderr}` }
  }
  const must = (...args: readonly string[]): void => {
    const { code, text } = run(...args)
    if (code !== 0) throw new Error(`openssl ${args[0]}: ${text}`)
  }
  const write = (name: string, content: Uint8Array | string): string => {
    writeFileSync(join(folder, name), content)
    return name
  }
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)))
  write('c.cnf', config)
  write('serial', '01\n')
  must(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '30',
    '-config',
    'c.cnf',
    '-extensions',
    'ca',
  )
  must(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'tsa.key',
    '-out',
    'tsa.csr',
    '-subj',
    '/CN=Invented timestamp authority',
    '-config',
    'c.cnf',
  )
  const issue = (extensions: string, out: string): void =>
    must(
      'x509',
      '-req',
      '-in',
      'tsa.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-set_serial',
      '17',
      '-days',
      '20',
      '-extfile',
      'c.cnf',
      '-extensions',
      extensions,
      '-out',
      out,
    )
  issue('tsa_ext', 'tsa.pem')
  issue('not_critical', 'not_critical.pem')
  issue('two_usages', 'two_usages.pem')
  const certificateOf = (name: string): Certificate => {
    must('x509', '-in', name, '-outform', 'DER', '-out', `${name}.der`)
    return Certificate.fromDer(read(`${name}.der`))
  }
  const reply = (request: Uint8Array, section = 'tsa'): Uint8Array => {
    write('q.tsq', request)
    must('ts', '-reply', '-config', 'c.cnf', '-section', section, '-queryfile', 'q.tsq', '-out', 'r.tsr')
    return read('r.tsr')
  }
  return {
    folder,
    anchor: certificateOf('ca.pem'),
    certificate: certificateOf('tsa.pem'),
    run,
    write,
    read,
    reply,
    fetch: async (_url, init) => {
      const answer = reply(new Uint8Array(init!.body as Uint8Array))
      return new Response(new Uint8Array(answer), { headers: { 'content-type': 'application/timestamp-reply' } })
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
