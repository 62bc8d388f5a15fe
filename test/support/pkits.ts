import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedFolder } from './shared.ts'

/** One case of NIST PKITS with its expected result. */
export interface PkitsCase {
  readonly id: string
  readonly number: string
  readonly section: string
  readonly sectionTitle: string
  readonly title: string
  readonly expect: 'valid' | 'invalid'
  readonly trustAnchors: readonly string[]
  readonly intermediates: readonly string[]
  readonly leaf: string
  readonly crls: readonly string[]
  readonly time: string
  readonly policies: {
    readonly initialPolicySet: readonly string[]
    readonly initialExplicitPolicy: boolean
    readonly initialPolicyMappingInhibit: boolean
    readonly initialInhibitAnyPolicy: boolean
  }
  readonly expectedUserConstrainedPolicySet: readonly string[]
}

const folder = sharedFolder('suites/pkits', 'PKITS_DIR')
const manifest = folder === undefined ? undefined : join(folder, 'manifest.json')

/** All cases; none when the suite is not there. */
export const pkitsCases: readonly PkitsCase[] =
  manifest !== undefined && existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).cases : []

/** A certificate or list of the suite, by the name its manifest gives. */
export const readPkits = (file: string): Uint8Array => new Uint8Array(readFileSync(join(folder!, file)))
