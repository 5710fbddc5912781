/** The same hex with its last byte changed. */
export const altered = (hex: string): string =>
  `${hex.slice(0, -2)}${hex.endsWith('00') ? '01' : '00'}`
