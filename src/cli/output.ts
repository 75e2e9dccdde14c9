import { internalError, RadversaryError } from '../core/errors.ts'
import { visibleLine, visibleText } from '../core/visible-text.ts'

/** Where text is shown, perhaps a terminal whose last line can be rewritten. */
export interface Screen {
  readonly isTTY?: boolean
  write(text: string): unknown
  /** Empties the line that the cursor is on; the one control that a command sends. */
  emptyLine?(): unknown
}

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Streams {
  readonly out: { write(text: string): unknown }
  readonly err: Screen
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
  return linesText([
    ...`error: ${message}`.split('\n'),
    ...(file === undefined ? [] : [`  file: ${file}`]),
    ...(tip === undefined ? [] : [`  ${tip}`]),
  ])
}

/** The same as one JSON document. */
export function errorJson({ code, message, file, tip }: RadversaryError): string {
  return jsonText({ error: { code, message, file: file ?? null, tip: tip ?? null } })
}

/** JSON as it may be seen in a terminal too: what would act is an escape of JSON's own. */
export function jsonText(value: unknown): string {
  return visibleText(`${JSON.stringify(value, null, 2)}\n`)
}

/** Lines one below the other, each of which stays one whatever name or tag is in it. */
export function linesText(lines: readonly string[]): string {
  return lines.map((line) => `${visibleLine(line)}\n`).join('')
}

/** Streams that show text and act on nothing in it: all that a command writes goes through here. */
export function visibleStreams({ out, err }: Streams): Streams {
  const visible = (stream: { write(text: string): unknown }) => ({
    write: (text: string) => stream.write(visibleText(text)),
  })
  return {
    out: visible(out),
    err: {
      ...visible(err),
      ...(err.isTTY === true && { isTTY: true }),
      emptyLine: () => err.write('\r\u001b[2K'),
    },
  }
}

/** Inputs that failed, one below the other; '' for none. */
export function failuresText(failures: readonly Failure[]): string {
  if (failures.length === 0) return ''
  const lines = failures.flatMap(({ file, message, tip }) => [
    `  ${file}`,
    `    ${message}${tip === undefined ? '' : `. ${tip}`}`,
  ])
  return `${failures.length} ${failures.length === 1 ? 'input' : 'inputs'} failed:\n${linesText(lines)}`
}

/** Rows as columns that line up, two spaces apart. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(visibleLine))
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  )
  return cells
    .map(
      (row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('')
}
