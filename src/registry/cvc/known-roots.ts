import { fromHex } from '../../bytes.ts'
import type { CvcRoot } from './cvc.ts'

/** A root key as public projects have it. Its issuer has not published it. */
export interface KnownCvcRoot extends CvcRoot {
  readonly hierarchy: 'production' | 'test'
  readonly application: 'manager' | 'text' | 'visual'
  /** False for all: no official body publishes these keys. */
  readonly officiallyPublished: false
  /** Public repositories that hold the same value. */
  readonly sources: readonly string[]
}

const exponent = fromHex('010001')
const one = ['soltia48/myna-card src/ca.rs'] as const
const two = [...one, 'hebingchang/pymyna myna/utils/constants.py'] as const

function known(
  keyId: string,
  hierarchy: KnownCvcRoot['hierarchy'],
  application: KnownCvcRoot['application'],
  sources: readonly string[],
  modulus: string,
): KnownCvcRoot {
  const publicKey = { exponent, modulus: new Uint8Array(Buffer.from(modulus, 'base64')) }
  return { keyId: fromHex(keyId), publicKey, hierarchy, application, officiallyPublished: false, sources }
}

/**
 * The root keys of card-verifiable certificates that public projects found on cards or in programs: production and test
 * hierarchy, for the card manager, the visual and the text application. **None is officially published**: using one means
 * trusting the sources named with it. Compare with what J-LIS gives you, if it does. Production 5000023 and 5000033 come
 * from two projects, all others from one; no check of their origin was possible. Facts: card facts 5.6.
 *
 * Roots of the test hierarchy are in the list and are refused unless `hierarchies` asks for them.
 */
export const knownCvcRoots: readonly KnownCvcRoot[] = [
  // 5000020
  known(
    '353030303032300805303031000000A8',
    'production',
    'manager',
    one,
    'ti0IEUXTSs6wIrwvCgjYs5DkL/7uyTRy9nXsM1B7vOmCwi8ztzBM8XY5znWh0P0edf+thrDXLMzw0LBRNt23JhQAwBYMcThy4eg8SKKgCBgU' +
      'f++/Cwn2Q+5LMoQZ6HY3Z62+rrqI1Jw7RKW4+K15T89kpBYan+i5dmD8pGlBFFlNS4SY/h5SUCCGq8Gw7aAE052VGTtAMasMUWAIu6/8Saxq' +
      'Lr5UTvSeo7eQzRPxM4lt+Npj4VzorA3CdvdvCAtyPmZI8Qpvt7COXGnc363VL3tbbRdAz441a8aFsx18RVaAzZXTtLIOqAlPAGYK53TuurKH' +
      'VIehIQyociGgtjo+gw==',
  ),
  // 5000023
  known(
    '35303030303233080530303100000000',
    'production',
    'visual',
    two,
    'svdA8K2G0Xzz9TfSO0s8ZaPLWEdNhX9V0Lm8BBGxywhJBo3jMqUNY7Pmkhycy+YVZJbvsEvo/8x0/emiKKNq1+3Ol5MgTjWXPckREINlACxA' +
      'Fp4LYAGN+5nh4jENmhEP8Pwmnx8iDGO4oVEN5aaJgiDHiQj8KA2KqV1dETt88AcA8/9a2LPWrS61PH1WNJi0qTje/8m9oyv0FGwbB++HDZnr' +
      'Nd5dcKwYcVh0J3oTFR0hfQTULpeSOSOkD7x9BvqoM4zL6HZiD5uO9Ecc1LninU6mIeD7jx3AS0hyEAl9uq89jgVQx2pbl88gL6R8eiYi8cCE' +
      '5lwT0TuOerIm9fUfhw==',
  ),
  // 5000033
  known(
    '35303030303333080530303100000000',
    'production',
    'text',
    two,
    '0kYV9jUl50DIfoPtZHh+dtEKH4ZS6+HqKJNNNc478HcW9beeK8sq4rkbT0yf+2Akl/WW1lmvnQoUtFzdc471Ykk0m4zH2zLy1DO9ObzET1A+' +
      'iB1WwUns1RVcHOdGH8OsT1XQo5zKqt+uW4r6Ecz5G+3HdAI9EcpuupkAT4HFQafWfd7YxyTW4gsQo96q6MQ8E3zNcbJjdA6JeXUt5NVnYynK' +
      'vL1/Onf8SKb45h05m0rGZoSp/fyZ7O+QDdb/fw/dOeI9Fj+KRoxi2+rgCQbfrVqJtFyltzU9yZioDTgD7aeUtV+Z9TXRw5okPINSrWAtkmw4' +
      'nSgWyUE0nuJOT0FZfw==',
  ),
  // 6000020
  known(
    '363030303032300805303031000000A8',
    'test',
    'manager',
    one,
    '0MtjAzmeyGcn4+nlCZZYCVbuh4OfW2dM80BItHAYApUAhBteb2xkPq7+BCSCA3rNg5LmxqOG+3fds/HVG8rHbkaaCc7II9x4wevbWnxaoErH' +
      'CUrXSzhjdgEkH0PT5sakhQ5aTjJEoTj7paLiLDExLvhpm36NuYKrewk8SsE/BWm6hra4hsEHLvF0shgRgfbRb/+QS+ZS9Hr8XFlzZu0v874J' +
      'UAgIVaiJMNMS2L4rtKriscGYSAZLp+kst05S4Zwc+rhnaxhwa+v5E7V/kq50mMCHUOQWV6F0aybaKw3vyF0oaxuFrclzk1ZAP2tuGKGTihHj' +
      '7AQ8HNxe8DqNUUAsxQ==',
  ),
  // 6000023
  known(
    '36303030303233080530303100000000',
    'test',
    'visual',
    one,
    '4IyhyqDljF3yS/1n5Ft85LUO/4KMEFaAVffgErchLn0oebnguVHnrFptwNfTwxwiOVGh4ndPOYz0ZgKorsBImHFJgfgTy529LvkGhSjpRQNh' +
      'wAFUc4yk3XnROAmLkfrimk/XUFVjZ7uFQViVOvWMDou/KJw6MOWV/vBEUZ6WfvBobLz272ue1vwqGfgAzgfpKawRVW8QcwdzcieboTAhb8aA' +
      't8OXiMjnU09x7rTADJBT+/bpKgd4TyYwivePnBgAPsvxKWW9MDBFuKdjkcQxeH/8dFzCdCBmFtkegbObuaLbS2TErUeDGrBsxAHyFi8w2TFs' +
      'OFV9TZbtXnbbSbkJLQ==',
  ),
  // 6000033
  known(
    '36303030303333080530303100000000',
    'test',
    'text',
    one,
    'sf42vRR79BsgEbkVaGfEEYsFrkfWkc20pEZ/SUmv3XHijhK1xh5o8AtjmmzLz0R5h2HHcAqB9mbGeDFDO3QqLBEmlCYB4lNxsrk2MQZ9Rm8g' +
      'Hq8xOTsb1qR1iftXsxiXNaJ6JFg/3ivybCo02GRf4Obi/pAWEs74x0DCKCia9tRXrKOxqi+eu1baNZHDCDC4r+KhypmVHmcLnpwLQOvb7CEv' +
      'lADlqvXCtRB940q2vGZCWobXMaOS6BAB3qHOVlmBvhWCVq4FWYori/sEwbZu4gCOAZ+xsro3heDKeMox6l8JtNVQV32/EqdHq9XhxFDAdQ35' +
      'ZfU+oIu/EuQKQFfHTQ==',
  ),
]
