/**
 * Ways to verify that the person at the terminal is the holder: `pin` typed at the terminal; `device`, by the phone itself (Face
 * ID, Touch ID), which the law takes as an alternative to the PIN (ordinance, rule 64-4); `face` and `sight`, compared with
 * the photo by a machine or a person, which need a minister's permission (art. 38-2) and are off unless named.
 */
export const userVerifications = ['pin', 'device', 'face', 'sight'] as const

/** One of {@link userVerifications}. */
export type UserVerification = (typeof userVerifications)[number]

/** Those accepted unless others are named. */
export const usualUserVerifications: readonly UserVerification[] = ['pin', 'device']

/** Whether a value is one of {@link userVerifications}. */
export function isUserVerification(value: unknown): value is UserVerification {
  return userVerifications.some((one) => one === value)
}
