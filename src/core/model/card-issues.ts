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
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${fieldName([...issue.path, key])}: unknown field`)
    const inside = issue.code === 'invalid_union' ? issuesInside(issue) : []
    return inside.length > 0 ? issuesInWords(inside) : [`${fieldName(issue.path)}: ${issue.message}`]
  })
}

/** What is wrong inside the one alternative that a value is meant for, where that shows. */
function issuesInside({ errors, path }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const [meant, ...others] = errors.filter((issues) => issues.some((issue) => issue.path.length > 0))
  if (meant === undefined || others.length > 0) return []
  return meant.map((issue) => ({ ...issue, path: [...path, ...issue.path] }))
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (field, part) => (typeof part === 'number' ? `${field}[${part}]` : field + (field && '.') + String(part)),
    '',
  )
}
