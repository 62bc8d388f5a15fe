import type { Register, RegisterAnswer, RegisterQuestion } from '../../src/server/issuance/ports.ts'
import { suppressionReasons } from '../../src/server/issuance/ports.ts'
import type { Instance } from './instance.ts'
import type { Fault } from './plan.ts'
import { epoch } from './world.ts'

/** The marker of a person. */
export function subjectOf(holder: string): string {
  return `subject-of-${holder}`
}

/** The register, and with two of them its copy, as connected to one instance. A change is entered every 20 ms. */
export function registersOf(instance: Instance): readonly Register[] {
  const names = ['residents', 'residents-copy'].slice(0, instance.world.plan.registers)
  return names.map((name) => ({ name, lookup: (question) => lookup(instance, name, question) }))
}

async function lookup(instance: Instance, name: string, question: RegisterQuestion): Promise<RegisterAnswer> {
  const { world } = instance
  if (world.fault('register-slow', instance.name))
    await instance.pause(world.stream('register-slow').integer(500, 30_000))
  return instance.call(name, async () => {
    const lag = name === 'residents' ? 0 : 1_500
    const { now } = world
    const right: RegisterAnswer = {
      subject: subjectOf(question.holder),
      asOf: epoch + now - lag,
      sequence: 1_000 + Math.floor((now - lag) / 20),
    }
    return wronged(instance, name, question, right)
  })
}

/** The answer with at most one fault. */
function wronged(
  instance: Instance,
  name: string,
  { case: id, holder }: RegisterQuestion,
  right: RegisterAnswer,
): RegisterAnswer {
  const { world, name: actor } = instance
  const refuses = (kind: Fault): boolean => {
    if (!world.fault(kind, actor)) return false
    world.oracle.mustNotSeal(id, kind)
    return true
  }
  if (refuses('register-failed')) {
    if (world.stream('register-failed').chance(0.5)) throw new Error('no answer')
    return { ...right, subject: 'with spaces in it' }
  }
  if (refuses('register-stale')) return { ...right, asOf: right.asOf - 86_400_000 }
  if (refuses('register-gap')) return { ...right, missing: 1 }
  // The first answer of all cannot be older than another.
  if (world.fault('register-back', actor)) return { ...right, sequence: right.sequence - 800 }
  // Of one register of two, both of these contradict the other one.
  if (refuses('register-suppressed')) {
    return { ...right, suppressed: world.stream('register-suppressed').pick(suppressionReasons) }
  }
  if (world.plan.registers > 1 && refuses('register-contradicts')) {
    return { ...right, subject: subjectOf(`another-than-${holder}-in-${name}`) }
  }
  return right
}
