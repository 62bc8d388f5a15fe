/** By step, situation and screen of the page: a shape, and what it adds. */
export const pictures: Readonly<Record<string, readonly [string, string?]>>
export function picture(name: string, kind?: string): SVGSVGElement
