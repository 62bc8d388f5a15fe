import type { SoakTable } from './soak-table.ts'

/** English. */
export const soakEn: SoakTable = {
  verdicts: { passed: 'Passed', failed: 'NOT PASSED' },
  ends: {
    done: 'completed',
    interrupted: 'interrupted: evaluated for the sessions run',
    'given-up': 'aborted: no card or no service for too long',
  },
  results: { passed: 'passed', failed: 'FAILED', skipped: 'not evaluated' },
  checks: {
    sessions: 'Sessions that succeeded',
    errors: 'Unexplained errors',
    internal: 'Errors without a code',
    pin: 'PIN not accepted',
    heap: 'Heap, last tenth to first',
    handles: 'Additional handles since the first tenth',
    latency: 'Time of an exchange, last tenth to first',
  },
  measured: ({ id, value, limit, status }) => {
    if (status === 'skipped') return id === 'pin' ? 'no PIN was given' : 'too short, or not measured'
    if (id === 'sessions') return String(value)
    return id === 'heap' || id === 'latency' ? `${value.toFixed(3)} (at most ${limit})` : `${value} (at most ${limit})`
  },
  stages: { wait: 'waiting', connect: 'connecting', session: 'in a session', close: 'closing' },
  counted: (count, unexpected) => `${count} times, ${unexpected} of them unexplained`,
  sums: ({ sessions, failed, faulty }) =>
    `${sessions} sessions, ${failed} not finished, ${faulty} with an injected fault`,
  outages: (count, seconds) => `${count} outages; ${seconds.toFixed(0)} s waited for card or service`,
  headings: { errors: 'Errors', verdict: 'Verdict', tenths: 'Tenth by tenth' },
  columns: ['Tenth', 'Sessions', 'Failed', 'Session ms', 'Exchange ms', 'Heap MB', 'Resources', 'Descriptors'],
  progress: (percent, sessions, failed) => `${percent} %  ${sessions} sessions, ${failed} not finished`,
  waitingFor: { card: 'waiting for a card', service: 'waiting for the smart card service' },
}
