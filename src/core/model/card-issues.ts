import type { z } from 'zod'
import { RadversaryError } from '../errors.ts'

/** One `card-invalid` error for all that is wrong with a card: a line per field. */
export function cardInvalid(lines: readonly string[], file?: string): RadversaryError {
  return new RadversaryError(
    'card-invalid',
    `Model card: ${lines.length} to mend:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    {
      file,
      tip: 'docs/model-card.md explains every field, with a worked example.',
    },
  )
}

/** "input.size[0]: expected …", a line per field at fault; unknown fields are named one by one. */
export function issuesInWords(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${fieldName([...issue.path, key])}: unknown field`)
      : [`${fieldName(issue.path)}: ${issue.message}`],
  )
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (field, part) => (typeof part === 'number' ? `${field}[${part}]` : field + (field && '.') + String(part)),
    '',
  )
}
