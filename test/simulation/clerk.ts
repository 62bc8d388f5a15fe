import { RefusalError } from '../../src/errors.ts'
import type { Network, Sender } from './network.ts'
import type { World } from './world.ts'

const clerk: Sender = { name: 'clerk', isAlive: true, home: 0 }

/** A clerk who stops issuing at a time of his own, and resumes it, also after stops by mismatches. */
export function startClerk(world: World, network: Network): void {
  const { oracle, random } = world
  const says = { clerk: 'clerk-1', note: 'as seen at the counter' }
  const failed = (action: string) => (error: unknown) => {
    world.oracle.refused(action, (error as { readonly code?: string }).code, error)
  }
  const stop = async (): Promise<void> => {
    const before = oracle.resumesBegun
    await network.request(clerk, 'stop', async ({ desk }) => {
      const work = desk.stop(says)
      await work.catch(failed('stop'))
      return work
    })
    // What a resumption has begun before may still be on its way.
    if (before === 0 && oracle.resumesBegun === 0) oracle.isStopConfirmed = true
  }
  const resume = async (): Promise<void> => {
    // A clerk resumes what was seen: causes found since are not resumed from.
    const seen = await network.request(clerk, 'look', async ({ desk }) => {
      const work = desk.stopped()
      await work.catch(failed('look'))
      const stop = await work
      oracle.resumesBegun += 1
      oracle.isStopConfirmed = false
      return stop
    })
    if (seen === undefined) return
    await network.request(clerk, 'resume', async ({ desk }) => {
      const work = desk.resume({ ...says, stop: seen.id })
      await work.catch(failed('resume'))
      return work
    })
  }
  const attempt = (work: () => Promise<void>): void => {
    work().catch((error: unknown) => {
      if (error instanceof RefusalError) world.log('clerk', error.code)
    })
  }
  if (world.fault('clerk-stops', 'clerk')) {
    const stream = world.stream('clerk-stops')
    const at = stream.integer(0, 12_000)
    world.after(at, () => attempt(stop))
    if (stream.chance(0.7)) world.after(at + stream.integer(10, 8_000), () => attempt(resume))
  }
  // Resumes whatever has stopped issuing: soon, at times of his own, or not at all.
  const manner = random.pick(['soon', 'at-times', 'never'])
  if (manner === 'soon') world.onStop = () => void world.after(random.integer(0, 1_500), () => attempt(resume))
  if (manner === 'at-times') {
    for (let at = 6_000; at <= 18_000; at += 6_000) world.after(at + random.integer(0, 2_000), () => attempt(resume))
  }
}
