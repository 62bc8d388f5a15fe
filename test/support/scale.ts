/**
 * Whether long suites are to be short: set by scripts/test.mjs for all but the first of several Node.js versions, which
 * differ in what they run, not in how often.
 */
export const brief: boolean = process.env['TEST_BRIEF'] === '1'

/** Whether long suites run in full: in continuous integration, once. */
export const full: boolean = process.env['CI'] === 'true' && !brief
