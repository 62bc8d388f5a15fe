/**
 * Whether long suites are to be short: set by scripts/test.mjs for all but the first of several Node.js versions, which
 * differ in what they run, not in how often.
 */
export const brief: boolean = process.env['TEST_BRIEF'] === '1'
