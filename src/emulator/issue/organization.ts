/** `JPKI-VIRTUAL`, or `JPKI-TEST` for software that must be shown certificates of the test hierarchy. */
export type AuthorityOrganization = 'JPKI-VIRTUAL' | 'JPKI-TEST'

/** Both of them. */
export const organizations: readonly AuthorityOrganization[] = ['JPKI-VIRTUAL', 'JPKI-TEST']
