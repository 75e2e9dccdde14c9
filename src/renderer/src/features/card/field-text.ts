/** Numbers as they are typed, parted by commas or spaces; undefined where something is none. */
export function numbersOf(text: string): number[] | undefined {
  const parts = text.split(/[\s,;[\]]+/).filter((part) => part !== '')
  const numbers = parts.map(Number)
  return parts.length > 0 && numbers.every(Number.isFinite) ? numbers : undefined
}

/** A number as it is typed; undefined where it is none (yet). */
export function numberOf(text: string): number | undefined {
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : undefined
}

/** JSON as it is typed; undefined where it is none (yet). */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Names as they are typed, one a line. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** Values by names as they are typed, "M = 1" a line; undefined where a line is none (yet). */
export function pairsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const pairs = linesOf(text).map((line) => /^(.*?)\s*=\s*(.+)$/.exec(line))
  if (pairs.some((pair) => pair?.[1] === undefined || pair[1] === '')) return undefined
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', valueOf(pair?.[2] ?? '')]))
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  const numbers = numbersOf(text)
  return numbers === undefined ? text : numbers.length === 1 ? numbers[0] : numbers
}

/** The same as text. */
export function pairsText(value: unknown): string {
  const pairs = Object.entries(typeof value === 'object' && value !== null ? value : {})
  return pairs.map(([name, each]) => `${name} = ${fieldText(each, ', ')}`).join('\n')
}

/** A value of a card as a field shows it; empty where there is none. */
export function fieldText(value: unknown, parting: string): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map(String).join(parting)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** "12 %", "0.3 %": small parts keep a digit. */
export function partText(part: number): string {
  const percent = 100 * part
  return `${percent === 0 || percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(1))} %`
}

/** A number of at most four digits. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)))
}
