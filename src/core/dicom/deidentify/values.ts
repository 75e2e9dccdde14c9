/** What stands for a value that was there, by its VR: valid, and of nobody (PS3.15 section E.1, action D). */
const dummies: Readonly<Record<string, string>> = {
  AS: '000Y',
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  IS: '0',
  PN: 'ANONYMIZED^',
  TM: '000000',
  UR: 'urn:anonymized',
}

/** What stands for a text. */
export const namedValue = 'ANONYMIZED'
const textVrs = new Set(['AE', 'CS', 'LO', 'LT', 'SH', 'ST', 'UC', 'UT'])

/** Bytes of one number, or of one word, by VR. */
const wordBytes: Readonly<Record<string, number>> = {
  US: 2,
  SS: 2,
  OW: 2,
  OB: 2,
  UN: 2,
  AT: 4,
  UL: 4,
  SL: 4,
  FL: 4,
  OF: 4,
  OL: 4,
  FD: 8,
  OD: 8,
  OV: 8,
  SV: 8,
  UV: 8,
}

/** The bytes of a dummy of a VR; that of UI and SQ is made elsewhere. */
export function dummyValue(vr: string): Uint8Array {
  const text = textVrs.has(vr) ? namedValue : dummies[vr]
  return text === undefined ? new Uint8Array(wordBytes[vr] ?? 2) : new TextEncoder().encode(text)
}

/** VRs of free text, in which a name can be written anywhere. */
export const freeTextVrs: ReadonlySet<string> = new Set(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT'])

const dayMs = 86_400_000

/**
 * Dates of a DA or DT moved by some days, value by value; times of a TM stay. What is no date becomes a
 * dummy. A DT keeps its time and zone, and as many digits of its date as it had.
 */
export function shiftedDates(text: string, vr: string, days: number): string {
  if (vr === 'TM') return text
  const values = text.split('\\').map((value) => (value.trim() === '' ? '' : shiftedDate(value.trim(), days)))
  return values.map((value) => value ?? dummies[vr] ?? '').join('\\')
}

/** YYYY, YYYYMM, YYYYMMDD or the old YYYY.MM.DD, and what follows it; undefined for anything else. */
function shiftedDate(value: string, days: number): string | undefined {
  const found = /^(\d{4})\.?(\d{2})?\.?(\d{2})?((?:\d{2}){0,3}(?:\.\d{1,6})?(?:[+-]\d{4})?)$/.exec(value)
  if (found === null) return undefined
  const [, year = '', month, day, rest = ''] = found
  const at = Date.UTC(Number(year), Number(month ?? '7') - 1, Number(day ?? '15'))
  if (Number.isNaN(at)) return undefined
  const digits = new Date(at + days * dayMs).toISOString().slice(0, 10).replaceAll('-', '')
  return digits.slice(0, 4 + `${month ?? ''}${day ?? ''}`.length) + rest
}
