/**
 * Whether all that a test needs must be there: public material beside the checkout, and programs of the system. Set by the
 * gate; elsewhere a test without it is reported as skipped.
 */
export const requireAll: boolean = process.env['TEST_REQUIRE_ALL'] === '1'
