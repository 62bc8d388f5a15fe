// A test town of 200 residents, with all of its keys.
import { createTown } from '../dist/emulator/index.js'
import { row } from './lib/measure.mjs'

export async function rows() {
  const started = performance.now()
  const { residents } = await createTown({ residents: 200 })
  if (residents.length !== 200) throw new Error('not a town of 200')
  return [row('town.residents-200', (performance.now() - started) / 1000, 's', 10)]
}
