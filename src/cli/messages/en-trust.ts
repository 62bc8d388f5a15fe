// Straight from the tables: the rest of the module works out dates, which the catalogue needs not.
import { flagTexts } from '../../validity/flags.ts'
import { validityRules } from '../../validity/rules.ts'
import type { TrustTexts } from './trust-texts.ts'

const above = ['this certificate', 'its issuer', "its issuer's issuer"]
const rules = Object.fromEntries(
  Object.values(validityRules).map(({ id, statement }) => [id, statement]),
) as TrustTexts['validity']['rules']

/** Texts on trust and validity in English. */
export const enTrust: TrustTexts = {
  verify: {
    checks: {
      'jpki-profile': 'JPKI profile',
      path: 'Certification path',
      'trust-anchor': 'Trust anchor',
      signature: 'Signature',
      validity: 'Validity period',
      'name-chaining': 'Names of the path',
      'certificate-profile': 'Form of the certificate',
      'basic-constraints': 'CA certificate',
      'path-length': 'Length of the path',
      'key-usage': 'Key usage',
      'extended-key-usage': 'Extended key usage',
      'name-constraints': 'Name constraints',
      policy: 'Certificate policy',
      'critical-extension': 'Critical extensions',
      budget: 'Size of the search',
      revocation: 'Revocation',
    },
    results: { passed: 'passed', failed: 'FAILED', 'not-done': 'not checked' },
    depth: (depth) => above[depth] ?? `issuer ${depth} steps above`,
    kinds: { crl: 'revocation list', ocsp: 'OCSP response' },
    updates: (from, to) => (to === undefined ? `from ${from}, no next update` : `from ${from}, next ${to}`),
    revokedAt: (moment, reason) => `revoked at ${moment}, reason ${reason}`,
    more: (count) => `and ${count} more`,
    finding: 'Noted',
    findings: {
      'default-written-out': 'a default value is written out',
      'trailing-zero-bits': 'a list of bits ends in zero bits',
      'empty-sequence': 'an empty list stands where none should',
      'time-form': 'a time before 2050 is a GeneralizedTime',
      'version-written-out': 'version 1 of a list is written out',
      'duplicate-entry': 'two entries are about one certificate',
    },
    path: 'Path',
    pathUntil: 'Whole path until',
    profile: 'By its profile',
    noProfile: 'no certificate of the JPKI',
    hierarchies: { production: 'production hierarchy', test: 'test hierarchy', virtual: 'virtual hierarchy' },
  },
  chain: {
    heading: 'Certificate chain',
    good: 'verified',
    refused: 'REFUSED',
    notChecked: (why) => `not checked: ${why}`,
    gaps: {
      'no-ca-certificate': 'the card gave no CA certificate; name anchors with --anchors',
      'unknown-ca': 'the CA certificate on the card is not one of the six of J-LIS; name anchors with --anchors',
      transcript:
        'the CA certificate on the card is not read while recording or replaying; name anchors with --anchors',
    },
  },
  validity: {
    state: 'By its dates',
    states: {
      'not-yet-valid': 'NOT YET VALID',
      valid: 'valid',
      renewable: 'valid, and can be renewed now',
      expired: 'EXPIRED',
    },
    until: 'Valid until',
    lastMoment: (moment, days) => (days === null ? moment : `${moment} (days left: ${days})`),
    renewal: 'Renewal',
    renewableFrom: (day) => `from ${day}`,
    rule: 'Rule',
    rules,
    unexplained: 'no public rule gives this day from what is known; the day as read holds all the same',
    notTold: 'not found from what is known; the day as read holds',
    note: (sentence) => `note: ${sentence}`,
    flags: flagTexts,
    exceeds: (day, rule) => `goes beyond ${day}: ${rule}`,
    missing: (facts) => `could change with what is not known: ${[...facts].join(', ')}`,
    facts: {
      birthDate: 'birth date (--birth-date)',
      applicationDate: 'day of application',
      renewal: 'whether it was a renewal',
      authCertificateExpiry: 'last day of the user-authentication certificate',
      cardExpiry: 'last day of the card',
    },
    needsIssueDate: "not looked for: the card's day of issue is not known (--issue-date)",
    source: 'Read from',
    sources: {
      'common-record': 'record 1 of the common application',
      visual: 'the card-face application',
      'get-data': 'GET DATA 00F2',
    },
    noCardExpiry: {
      absent: 'the card does not tell its last day without a PIN',
      unreadable: 'not readable: what the card holds is damaged',
    },
    both: 'User authentication with this card',
    notBoth: 'not known: it takes the certificate and the last day of the card',
    limited: 'Limited by',
    limitedBy: { certificate: 'the certificate', card: 'the card' },
    credentialsHeading: 'Credentials of this card, and where they open the issuance of certificates',
    noCredentials: 'no table for this kind of card',
    credentials: {
      sign: 'digital signature certificate',
      auth: 'user-authentication certificate',
      juki: 'Basic Resident Register',
      text: 'card-face text input',
      magnetic: 'magnetic stripe',
      issuance: 'automatic issuance application',
    },
    channels: { 'convenience-store': 'convenience store', 'municipal-machine': 'municipal machine' },
    noChannel: 'nowhere',
    offered: { standard: 'on every card', municipality: 'where the municipality offers it', ended: 'no longer issued' },
  },
}
