export declare function signWithLibpdf(
  bytes: Uint8Array,
  options: { readonly privateKey: Uint8Array; readonly certificate: Uint8Array; readonly subFilter: string },
): Promise<Uint8Array>
