import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { invariants, type Violation } from './oracle.ts'
import { type Fault, faultNames, type Plan, paces, type Reduction } from './plan.ts'
import { runSchedule } from './run.ts'
import { argumentsOf, shrink } from './shrink.ts'
import { type Variant, variantNames } from './variants.ts'
import type { Counts } from './world.ts'

/** What a process has found in its share of the schedules. */
interface Share {
  readonly done: number
  readonly counts: readonly (readonly [string, number])[]
  /** Set: it has ended with this. */
  readonly failed?: { readonly seed: number; readonly violation: Violation } | undefined
  readonly steps: number
}

const usage = `npm run simulate -- [options]
  --schedules N   schedules to run, of the seeds S to S + N - 1 (default 10 000)
  --seed S        the first seed (default 1)
  --workers N     processes (default 1)
  --variant V     a broken arrangement: ${variantNames.join(', ')}
  --stats         how often each fault, state and refusal has occurred
  --trace         one schedule, with its events
  --instances N --terminals N --visits N --registers N --pace P --without FAULT,…   less than the seed has`

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    variant: { type: 'string' },
    stats: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    instances: { type: 'string' },
    terminals: { type: 'string' },
    visits: { type: 'string' },
    registers: { type: 'string' },
    pace: { type: 'string' },
    without: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

function fail(text: string): never {
  console.error(text)
  process.exit(2)
}

/** A number of the command line. */
function count(name: string, text: string | undefined, least: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least) fail(`--${name} must be an integer from ${least}`)
  return value
}

const optional = (name: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : count(name, text, 1)

if (values.help) {
  console.log(usage)
  process.exit(0)
}
const first = count('seed', values.seed, 0)
const schedules = values.trace ? 1 : count('schedules', values.schedules, 1)
const workers = Math.min(count('workers', values.workers, 1), schedules)
const variant = variantNames.find((name) => name === values.variant)
if (values.variant !== undefined && variant === undefined) fail(`--variant takes ${variantNames.join(', ')}`)
const pace = paces.find((name) => name === values.pace)
if (values.pace !== undefined && pace === undefined) fail(`--pace takes ${paces.join(', ')}`)
const without = (values.without?.split(',') ?? []).map((name): Fault => {
  return faultNames.find((fault) => fault === name) ?? fail(`--without takes ${faultNames.join(', ')}`)
})
const reduction: Reduction = {
  without,
  instances: optional('instances', values.instances),
  terminals: optional('terminals', values.terminals),
  visitsPerTerminal: optional('visits', values.visits),
  registers: optional('registers', values.registers),
  pace,
}
const reportEvery = 2_000

/** Runs some schedules, reporting from time to time. */
async function runShare(from: number, length: number, step: number, report: (share: Share) => void): Promise<void> {
  let counts: Counts = new Map()
  let done = 0
  let steps = 0
  for (let seed = from; seed < from + length * step; seed += step) {
    const result = await runSchedule(seed, { variant, reduction, counts })
    done += 1
    steps += result.steps
    const { violation } = result
    if (violation === undefined && done % reportEvery !== 0 && done !== length) continue
    report({ done, counts: [...counts], steps, failed: violation && { seed, violation } })
    counts = new Map()
    steps = 0
    if (violation !== undefined) return
  }
}

/** Runs all schedules, in this process or others. */
async function runAll(onShare: (worker: number, share: Share) => boolean): Promise<void> {
  const lengths = Array.from({ length: workers }, (_, i) => Math.floor((schedules + workers - 1 - i) / workers))
  if (workers === 1) return runShare(first, schedules, 1, (share) => void onShare(0, share))
  const children = lengths.map((length, i) => {
    const child = fork(process.argv[1]!, process.argv.slice(2), {
      execArgv: ['--max-semi-space-size=64'],
      env: { ...process.env, SIMULATION_SHARE: `${first + i},${length},${workers}` },
    })
    return child
  })
  await Promise.all(
    children.map(
      (child, i) =>
        new Promise<void>((resolve) => {
          child.on('message', (share) => {
            if (!onShare(i, share as Share)) for (const one of children) one.kill()
          })
          child.on('exit', (code, signal) => {
            if (code !== 0 && signal === null) process.exitCode = 1
            resolve()
          })
        }),
    ),
  )
}

function describe({ instances, terminals, visitsPerTerminal, registers, pace, rates }: Plan): string {
  const on = faultNames.filter((fault) => rates[fault] > 0).map((fault) => `${fault} ${rates[fault]}`)
  const size = `${instances} instances, ${terminals} terminals, ${visitsPerTerminal} visits each, ${registers} registers`
  return `${size}, messages ${pace}\nfaults: ${on.join(', ') || 'without'}`
}

async function showTrace(seed: number, shown: Reduction): Promise<void> {
  const { plan, trace, violation } = await runSchedule(seed, { variant, reduction: shown, isTraced: true })
  console.log(`seed ${seed}: ${describe(plan)}\n${trace.join('\n')}`)
  if (violation !== undefined) {
    console.log(`violation: ${violation.invariant} (${invariants[violation.invariant]}): ${violation.detail}`)
  }
}

/** What a failed schedule was, at its smallest, with the command that replays it. */
async function showFailure(seed: number, violation: Violation, seeded: Variant | undefined): Promise<void> {
  const smallest = await shrink(seed, violation.invariant, { variant: seeded, reduction })
  const given = seeded === undefined ? '' : ` --variant ${seeded}`
  console.log(`seed ${seed}: ${violation.invariant}: ${violation.detail}`)
  console.log(`replay:   npm run simulate -- --seed ${seed}${given}${argumentsOf(reduction)} --trace`)
  console.log(`smallest: npm run simulate -- --seed ${seed}${given}${argumentsOf(smallest)} --trace`)
  await showTrace(seed, smallest)
}

async function main(): Promise<void> {
  if (values.trace) {
    await showTrace(first, reduction)
    return
  }
  const began = performance.now()
  const done = new Array<number>(workers).fill(0)
  const counts: Counts = new Map()
  let steps = 0
  const failures: { readonly seed: number; readonly violation: Violation }[] = []
  await runAll((worker, share) => {
    done[worker] = share.done
    steps += share.steps
    for (const [name, number] of share.counts) counts.set(name, (counts.get(name) ?? 0) + number)
    if (share.failed !== undefined) failures.push(share.failed)
    const total = done.reduce((sum, one) => sum + one, 0)
    const perSchedule = (performance.now() - began) / total
    console.error(`${total} of ${schedules} schedules, ${perSchedule.toFixed(3)} ms each, ${steps} events`)
    return failures.length === 0
  })
  if (values.stats)
    for (const [name, number] of [...counts].sort()) console.log(`${String(number).padStart(10)}  ${name}`)
  const total = done.reduce((sum, one) => sum + one, 0)
  failures.sort((one, other) => one.seed - other.seed)
  const [failure] = failures
  if (failure !== undefined) {
    await showFailure(failure.seed, failure.violation, variant)
    process.exitCode = 1
  } else if (total !== schedules) process.exitCode = 1
  console.log(`${total} schedules, ${failures.length} violations`)
}

const share = process.env['SIMULATION_SHARE']
if (share === undefined) await main()
else {
  const [from, length, step] = share.split(',').map(Number)
  await runShare(from!, length!, step!, (one) => void process.send!(one))
  process.disconnect()
}
