import type { z } from 'zod'
import { RadversaryError } from '../errors.ts'

/**
 * What was asked for, checked, with presets for what was left out. @throws RadversaryError usage that names
 * the field; fields that there are not are all named.
 */
export function parseSpec<T extends z.ZodObject>(what: string, schema: T, asked: unknown): z.output<T> {
  const parsed = schema.safeParse(asked)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue?.code === 'unrecognized_keys')
    throw new RadversaryError('usage', `${what}: expected its own fields, got ${issue.keys.join(', ')}`, {
      tip: `Its fields are ${Object.keys(schema.shape).join(', ')}.`,
    })
  const field = issue?.path.join('.') ?? ''
  throw new RadversaryError('usage', `${what}: ${field}: ${issue?.message ?? ''}`)
}
