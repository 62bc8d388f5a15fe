/** Certificates a municipal issuing machine hands out on a PIN of their own, and what they are called in Japan. */
export const municipalPinKinds = {
  'residence-record': '住民票の写し',
  'seal-registration': '印鑑登録証明書',
  income: '所得証明書',
  'income-tax': '所得課税証明書',
  'family-register': '戸籍全部事項証明書',
  'family-register-supplement': '戸籍の附票の写し',
} as const

/** One of {@link municipalPinKinds}. */
export type MunicipalPinKind = keyof typeof municipalPinKinds
