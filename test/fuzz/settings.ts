import { randomInt } from 'node:crypto'
import { full } from '../support/scale.ts'

/** `FUZZ_SEED` repeats a run; `FUZZ_SECONDS` is the time for each target, `FUZZ_EXCHANGES` the number with hostile cards. */
export const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31))
export const seconds = Number(process.env['FUZZ_SECONDS'] ?? (full ? 10 : 3))
export const exchanges = Number(process.env['FUZZ_EXCHANGES'] ?? (full ? 1_000_000 : 100_000))
if (!Number.isInteger(seed) || !(seconds > 0)) throw new RangeError('FUZZ_SEED is an integer, FUZZ_SECONDS a time')
if (!(exchanges > 0)) throw new RangeError('FUZZ_EXCHANGES is a number')
