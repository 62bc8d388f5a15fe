import { startClerk } from './clerk.ts'
import { Instance, type Shared, sharedStore } from './instance.ts'
import { Network } from './network.ts'
import type { Violation } from './oracle.ts'
import { type Plan, planOf, type Reduction } from './plan.ts'
import { type AbortKind, withoutRealTime } from './scheduler.ts'
import { sealModel } from './seal-model.ts'
import { type Surroundings, Visit } from './terminal.ts'
import type { Variant } from './variants.ts'
import { type Counts, World } from './world.ts'

/** How one schedule is run. */
export interface ScheduleOptions {
  readonly variant?: Variant | undefined
  /** What is left out of the plan. */
  readonly reduction?: Reduction | undefined
  /** Adds to these. */
  readonly counts?: Counts | undefined
  readonly isTraced?: boolean | undefined
  readonly abortKind?: AbortKind | undefined
}

/** How it ended. */
export interface ScheduleResult {
  readonly plan: Plan
  readonly violation: Violation | undefined
  /** One event a line; empty unless traced. */
  readonly trace: readonly string[]
  readonly steps: number
}

/** Time after the end of the faults in which everything must have ended, virtual milliseconds. */
const quietLimitMs = 300_000
/** Time for what is left when all desks are closed. */
const closingLimitMs = 60_000

/** Runs the schedule of a seed. The same seed and options have the same result, event by event. */
export async function runSchedule(seed: number, options: ScheduleOptions = {}): Promise<ScheduleResult> {
  const { variant, reduction, counts = new Map(), isTraced = false, abortKind = 'light' } = options
  const plan = planOf(seed, reduction)
  const trace: string[] = []
  const world = new World(plan, variant, counts, isTraced ? trace : undefined)
  await withoutRealTime(
    abortKind,
    (used) => world.oracle.fail('real-time', used),
    () => runWorld(world),
  )
  return { plan, violation: world.oracle.violation, trace, steps: world.scheduler.steps }
}

async function runWorld(world: World): Promise<void> {
  const { plan, scheduler, oracle, random } = world
  const network = new Network(world)
  const sealing = sealModel(world.variant === 'no-seal')
  const office = { results: [], file: '', lockedUntil: 0 }
  const shared: Shared = { world, store: sharedStore(world), sealing, office, isAuditDown: false }
  let isClosing = false
  const startInstance = (number: number, start: number): void => {
    network.instances[number] = new Instance(shared, `server-${number + 1}-${start}`, () => {
      if (network.instances[number]?.isAlive === false) network.instances[number] = undefined
      if (isClosing) return
      world.after(random.integer(100, 5_000), () => {
        if (!isClosing) startInstance(number, start + 1)
      })
    })
  }
  for (let number = 0; number < plan.instances; number++) startInstance(number, 1)

  const surroundings: Surroundings = { world, network, sealing, releases: [] }
  let visitsLeft = plan.terminals * plan.visitsPerTerminal
  let visitCount = 0
  let papers = 0
  const visit = (terminal: number, left: number): void => {
    const one = new Visit(surroundings, `kiosk-${terminal + 1}`, terminal, ++visitCount)
    world.log(one.name, 'visit begins')
    void one.run().then((end) => {
      world.log(one.name, `visit ends: ${end}`)
      world.count('visit:', end)
      if (end.startsWith('unexpected')) oracle.fail('unexpected-error', end)
      if (end === 'collected' || end === 'printed') papers += 1
      visitsLeft -= 1
      if (left > 1) world.after(random.integer(0, 3_000), () => visit(terminal, left - 1))
    })
  }
  for (let terminal = 0; terminal < plan.terminals; terminal++) {
    world.after(random.integer(0, plan.spread), () => visit(terminal, plan.visitsPerTerminal))
  }
  startClerk(world, network)
  world.after(plan.faultsEndAt, () => {
    world.isQuiet = true
    world.log('schedule', 'faults end')
    for (const instance of network.instances) if (instance !== undefined) instance.clock.offset = 0
  })

  const isDone = (): boolean => {
    return visitsLeft === 0 && world.busy === 0 && oracle.openCases === 0 && oracle.missingStops.length === 0
  }
  const limit = plan.faultsEndAt + quietLimitMs
  await scheduler.run(() => oracle.violation !== undefined || scheduler.now > limit || isDone())
  if (oracle.violation !== undefined) return
  const { missingStops } = oracle
  if (missingStops.length > 0) oracle.fail('mismatch-goes-on', `no stop after ${missingStops.join(', ')}`)
  if (!isDone()) {
    const left = `${visitsLeft} visits, ${oracle.openCases} cases, ${world.busy} calls`
    oracle.fail('never-ends', `${left}; states: ${oracle.states.join(' ')}`)
    return
  }
  const isCalm = world.faultCount === 0
  if (isCalm && plan.pace !== 'reordered' && papers !== plan.terminals * plan.visitsPerTerminal) {
    oracle.fail('no-paper', `${papers} visits of ${plan.terminals * plan.visitsPerTerminal} ended with paper`)
  }
  // Nothing is left when the desks are closed.
  isClosing = true
  const closings = network.instances.map(async (instance) => instance?.close())
  let isClosed = false
  void Promise.all(closings).then(() => {
    isClosed = true
  })
  const closedBy = scheduler.now + closingLimitMs
  const isLeft = (): boolean => !isClosed || world.busy > 0
  await scheduler.run(() => oracle.violation !== undefined || scheduler.now > closedBy || !isLeft())
  if (isLeft()) oracle.fail('never-ends', 'work is left when the desks are closed')
  oracle.finish(isCalm)
}
