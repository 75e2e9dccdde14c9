import { internalError, RadversaryError } from '../core/errors.ts'

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Streams {
  readonly out: { write(text: string): unknown }
  readonly err: { readonly isTTY?: boolean; write(text: string): unknown }
}

/** An input that was left behind, as reports list them. */
interface Failure {
  readonly file: string
  readonly message: string
  readonly tip: string | undefined
}

export function asRadversaryError(error: unknown): RadversaryError {
  return error instanceof RadversaryError
    ? error
    : internalError(error instanceof Error ? error.message : String(error))
}

/** "error: …" with the file and what to do about it. */
export function errorText({ message, file, tip }: RadversaryError): string {
  return [
    `error: ${message}`,
    ...(file === undefined ? [] : [`  file: ${file}`]),
    ...(tip === undefined ? [] : [`  ${tip}`]),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

/** The same as one JSON document. */
export function errorJson({ code, message, file, tip }: RadversaryError): string {
  return jsonText({ error: { code, message, file: file ?? null, tip: tip ?? null } })
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Inputs that failed, one below the other; '' for none. */
export function failuresText(failures: readonly Failure[]): string {
  if (failures.length === 0) return ''
  const lines = failures.map(
    ({ file, message, tip }) => `  ${file}\n    ${message}${tip === undefined ? '' : `. ${tip}`}\n`,
  )
  return `${failures.length} ${failures.length === 1 ? 'input' : 'inputs'} failed:\n${lines.join('')}`
}

/** Rows as columns that line up, two spaces apart. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map(
      (row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('')
}
