import type { EngineError } from '../../../shared/engine-error.ts'
import { texts } from '../texts.ts'

/** An error as text, to be copied into a report. */
export function faultText({ code, message, file, tip }: EngineError): string {
  const lines = [`${code}: ${message}`]
  if (file !== null) lines.push(`${texts.app.file}: ${file}`)
  if (tip !== null) lines.push(`${texts.app.tip}: ${tip}`)
  return lines.join('\n')
}
