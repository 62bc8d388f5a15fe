import { describe, expect, test } from 'vitest'
import { inspectPath } from '../../../src/pki/path/inspect.ts'
import type { PathOptions } from '../../../src/pki/path/options.ts'
import { anyPolicy as any, Certificate } from '../../../src/pki/x509/index.ts'
import { ca, der, extension, integer, issue, type Keys, newKeys, oid, sequence } from '../../support/issue.ts'

const at = new Date('2026-06-01T00:00:00Z')
const [p, q, r, s] = ['1.2.3.1', '1.2.3.2', '1.2.3.3', '1.2.3.4'] as const

/** What one certificate says of policies. */
interface Level {
  readonly policies?: readonly string[]
  readonly mappings?: readonly (readonly [issuerDomain: string, subjectDomain: string])[]
  readonly explicit?: number
  readonly noMapping?: number
  readonly noAny?: number
  readonly selfIssued?: boolean
}

function extensionsOf({ policies, mappings, explicit, noMapping, noAny }: Level): readonly Buffer[] {
  const counter = (tag: number, value: number | undefined) =>
    value === undefined ? [] : [der(tag, Buffer.from([value]))]
  const constraints = [...counter(0x80, explicit), ...counter(0x81, noMapping)]
  return [
    ...(policies ? [extension('2.5.29.32', sequence(...policies.map((id) => sequence(oid(id)))))] : []),
    ...(mappings ? [extension('2.5.29.33', sequence(...mappings.map((pair) => sequence(...pair.map(oid)))))] : []),
    ...(constraints.length > 0 ? [extension('2.5.29.36', sequence(...constraints), true)] : []),
    ...(noAny === undefined ? [] : [extension('2.5.29.54', integer(noAny), true)]),
  ]
}

const keys: readonly Keys[] = Array.from({ length: 6 }, newKeys)

/** The policies of a path below a root that says nothing of them, end certificate last; or the depth that is refused. */
function outcome(levels: readonly Level[], options: Partial<PathOptions>): readonly string[] | number {
  const names = ['C0']
  for (const [i, { selfIssued }] of levels.entries()) names.push(selfIssued === true ? names[i]! : `C${i + 1}`)
  const certificates = [{}, ...levels].map((level, i) => {
    const above = Math.max(i - 1, 0)
    const extensions = [...(i === levels.length ? [] : ca()), ...extensionsOf(level)]
    const plan = { subject: names[i]!, issuer: names[above]!, keys: keys[i]!, signer: keys[above]!, extensions }
    return Certificate.fromDer(issue({ ...plan, serial: i + 1 }))
  })
  const [anchor, ...below] = certificates
  const found = inspectPath(below.at(-1)!, { anchors: [anchor!], intermediates: below.slice(0, -1), at, ...options })
  if (found.ok) return found.policies
  expect(found.failure.check).toBe('policy')
  return found.failure.depth
}

type Case = readonly [
  title: string,
  levels: readonly Level[],
  expected: readonly string[] | number,
  options?: Partial<PathOptions>,
]
const required = { requireExplicitPolicy: true }
const only = (...policies: string[]): Level => ({ policies })

const cases: Readonly<Record<string, readonly Case[]>> = {
  '6.1.3 (d) (1)': [
    ['a policy every certificate has', [only(p), only(p)], [p]],
    ['only what every certificate has', [only(p, q), only(q, r)], [q]],
    ['several, in order of their numbers', [only(q, p), only(p, q)], [p, q]],
    ['a policy below any policy', [only(any), only(q)], [q]],
    ['a policy that starts in the middle is not one of the anchor', [only(p), only(q), only(q)], []],
  ],
  '6.1.3 (d) (2)': [
    ['any policy below a policy', [only(p), only(any)], [p]],
    ['any policy beside a policy', [only(p, q), only(any, p)], [p, q]],
    ['any policy throughout', [only(any), only(any)], [any]],
    ['any policy, inhibited by the caller', [only(p), only(any)], [], { inhibitAnyPolicy: true }],
    ['any policy, inhibited by the CA', [{ policies: [p], noAny: 0 }, only(any)], []],
    ['but not in a self-issued CA', [{ policies: [p], noAny: 0 }, { ...only(any), selfIssued: true }, only(p)], [p]],
    [
      'though in a self-issued end certificate',
      [
        { policies: [p], noAny: 0 },
        { ...only(any), selfIssued: true },
      ],
      [],
    ],
  ],
  '6.1.3 (e) and (f)': [
    ['no policies at the end', [only(p), {}], []],
    ['no policies in between', [only(p), {}, only(p)], []],
    ['none, where one is required', [only(p), {}], 0, required],
    ['none is left at a CA, where one is required', [only(p), only(q), only(q)], 1, required],
    ['none is in a CA, where one is required', [only(p), {}, only(p)], 1, required],
  ],
  '6.1.4 (a)': [
    [
      'any policy is mapped, beside another',
      [
        {
          policies: [p],
          mappings: [
            [p, q],
            [any, q],
          ],
        },
        only(q),
      ],
      1,
    ],
    [
      'a policy is mapped to any policy',
      [
        {
          policies: [p],
          mappings: [
            [p, any],
            [p, q],
          ],
        },
        only(q),
      ],
      1,
    ],
  ],
  '6.1.4 (b) (1)': [
    ['the policy mapped to', [{ policies: [p], mappings: [[p, q]] }, only(q)], [p]],
    ['the policy mapped from', [{ policies: [p], mappings: [[p, q]] }, only(p)], []],
    [
      'each by its own mapping',
      [
        {
          policies: [p, r],
          mappings: [
            [p, q],
            [r, s],
          ],
        },
        only(s),
      ],
      [r],
    ],
    [
      'two mapped to one',
      [
        {
          policies: [p, r],
          mappings: [
            [p, q],
            [r, q],
          ],
        },
        only(q),
      ],
      [p, r],
    ],
    [
      'one mapped to two',
      [
        {
          policies: [p],
          mappings: [
            [p, q],
            [p, s],
          ],
        },
        only(s),
      ],
      [p],
    ],
    ['mapped twice', [{ policies: [p], mappings: [[p, q]] }, { policies: [q], mappings: [[q, r]] }, only(r)], [p]],
    ['a policy the CA does not have', [{ policies: [s], mappings: [[p, q]] }, only(q)], []],
    ['a policy the CA has as any policy', [{ policies: [any], mappings: [[p, q]] }, only(q)], [p]],
    ['after no policy was left', [{}, { policies: [p], mappings: [[p, q]] }, only(q)], []],
    ['any policy below a mapped one', [{ policies: [p], mappings: [[p, q]] }, only(any)], [p]],
  ],
  '6.1.4 (b) (2)': [
    [
      'a mapped policy, where mapping is inhibited by the caller',
      [{ policies: [p, s], mappings: [[p, q]] }, only(p, q, s)],
      [s],
      { inhibitPolicyMapping: true },
    ],
    [
      'a mapped policy, where mapping is inhibited by a CA',
      [{ policies: [p, s], noMapping: 0 }, { policies: [p, s], mappings: [[p, q]] }, only(p, q, s)],
      [s],
    ],
    [
      'where mapping is inhibited by the CA that maps, for those below it',
      [{ policies: [p], noMapping: 0, mappings: [[p, q]] }, only(q)],
      [p],
    ],
  ],
  '6.1.4 (h)': [
    ['a policy is required two certificates below', [{ explicit: 2 }, {}, {}], 0],
    ['a self-issued CA does not count to a required policy', [{ explicit: 2 }, { selfIssued: true }, {}], []],
    ['a policy is required three certificates below', [{ explicit: 3 }, {}, {}], []],
    [
      'mapping is inhibited one CA below',
      [{ policies: [p], noMapping: 1 }, only(p), { policies: [p], mappings: [[p, q]] }, only(q)],
      [],
    ],
    [
      'a self-issued CA does not count to the end of mapping',
      [
        { policies: [p], noMapping: 1 },
        { ...only(p), selfIssued: true },
        { policies: [p], mappings: [[p, q]] },
        only(q),
      ],
      [p],
    ],
    ['any policy is inhibited one certificate below', [{ policies: [p], noAny: 1 }, only(p), only(any)], []],
    [
      'a self-issued CA does not count to the end of any policy',
      [{ policies: [p], noAny: 1 }, { ...only(p), selfIssued: true }, only(any)],
      [p],
    ],
  ],
  '6.1.4 (i) and (j)': [
    [
      'a CA cannot take back that a policy is required',
      [{ policies: [p], explicit: 0 }, { explicit: 5, ...only(p) }, {}],
      0,
    ],
    [
      'a CA cannot allow mapping again',
      [{ policies: [p], noMapping: 0 }, { policies: [p], noMapping: 5, mappings: [[p, q]] }, only(q)],
      [],
    ],
    ['a CA cannot allow any policy again', [{ policies: [p], noAny: 0 }, { policies: [p], noAny: 5 }, only(any)], []],
  ],
  '6.1.5 (a) and (b)': [
    ['a policy is required one certificate below', [{ explicit: 1 }, {}], 0],
    ['the end certificate requires a policy', [{}, { explicit: 0 }], 0],
    ['the end certificate would require one below it', [{}, { explicit: 1 }], []],
  ],
  '6.1.5 (g)': [
    ['none of the policies that are acceptable', [only(p), only(p)], [], { initialPolicies: [q] }],
    ['none of them, where one is required', [only(p), only(p)], 0, { ...required, initialPolicies: [q] }],
    ['one of them', [only(p, q), only(p, q)], [q], { ...required, initialPolicies: [q, r] }],
    ['all of them where any is valid', [only(any), only(any)], [p, q], { ...required, initialPolicies: [q, p] }],
    ['any, where any is acceptable beside others', [only(any), only(any)], [any], { initialPolicies: [p, any] }],
    ['what is valid, where any is acceptable beside others', [only(q), only(q)], [q], { initialPolicies: [p, any] }],
    ['nothing is acceptable', [only(any), only(any)], [], { initialPolicies: [] }],
    [
      'nothing is acceptable, and a policy is required',
      [only(any), only(any)],
      0,
      { ...required, initialPolicies: [] },
    ],
  ],
}

describe.each(Object.entries(cases))('the policies of a path by RFC 5280 %s', (_, ofClause) => {
  const named = ofClause.map(([title, ...rest]) => ({ title, rest }))
  test.each(named)('$title', ({ rest: [levels, expected, options = {}] }) => {
    expect(outcome(levels, options)).toEqual(expected)
  })
})
