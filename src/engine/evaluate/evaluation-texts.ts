import { noNumber, percent } from '../../core/number-texts.ts'
import type { Interval, Proportion } from '../../core/evaluate/statistics.ts'
import { settingText } from '../attack/method-settings.ts'

/** The budget of a method as people write it: in 255ths where it is some. */
export function budgetText({ budget }: { readonly budget: string | null }): string {
  if (budget === null) return noNumber
  const value = Number(budget)
  return Number.isNaN(value) ? budget : settingText(value)
}

/** On one line wherever it stands: its spaces do not break. */
function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0')
}

/** "85.7 % (24 of 28)" */
export function rateText({ rate, successes, count }: Proportion): string {
  return rate === null ? noNumber : unbroken(`${percent(rate)} (${successes} of ${count})`)
}

/** "68.5 to 94.3 %" */
export function intervalText(interval: Interval | null): string {
  return interval === null ? noNumber : `${(100 * interval.lower).toFixed(1)} to ${percent(interval.upper)}`
}

/** "p = 0.031", "p < 0.001" */
export function pText(p: number | null): string {
  return p === null ? noNumber : p < 0.001 ? '< 0.001' : p.toFixed(3)
}

/** "1 patient", "28 patients" */
export function patientsText(count: number): string {
  return `${count} ${count === 1 ? 'patient' : 'patients'}`
}
