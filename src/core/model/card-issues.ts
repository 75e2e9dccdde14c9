import type { z } from 'zod'
import { placeOf } from './card-place.ts'
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

/** What is wrong with a field, e.g. 'input.size[0]'. */
export interface CardIssue {
  readonly field: string
  readonly message: string
}

/**
 * Whether a message says more than that a value has another type: the schema library's begin with "Invalid".
 */
export function isOwnWords(message: string): boolean {
  return !message.startsWith('Invalid')
}

/** Each field at fault; unknown fields one by one. */
export function cardIssues(issues: readonly z.core.$ZodIssue[]): CardIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ field: placeOf([...issue.path, key]), message: 'unknown field' }))
    const inside = issue.code === 'invalid_union' ? issuesInside(issue) : []
    return inside.length > 0 ? cardIssues(inside) : [{ field: placeOf(issue.path), message: issue.message }]
  })
}

/** What is wrong inside the one alternative that a value is meant for, where that shows. */
function issuesInside({ errors, path }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const [meant, ...others] = errors.filter((issues) => issues.some((issue) => issue.path.length > 0))
  if (meant === undefined || others.length > 0) return []
  return meant.map((issue) => ({ ...issue, path: [...path, ...issue.path] }))
}

/** "input.size[0]: expected …" */
export function issueInWords({ field, message }: CardIssue): string {
  return `${field}: ${message}`
}
