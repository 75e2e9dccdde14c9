import { z } from 'zod'
import { RadversaryError } from '../errors.ts'
import type { ModelCard } from '../model/card.ts'
import type { AttackMethod, UnnamedMethod } from './attack.ts'

export interface MethodSource {
  readonly authors: string
  readonly title: string
  readonly venue: string
  /** e.g. arXiv:2103.05232. */
  readonly identifier: string
}

/** What a method knows of the model: its gradient, its predictions, or nothing. */
export type MethodAccess = 'white-box' | 'black-box' | 'none'

/** One row of the table of methods. */
export interface MethodEntry<Name extends string = string> {
  /** On the command line and in records. */
  readonly name: Name
  readonly title: string
  /** One sentence for `--help`. */
  readonly summary: string
  /** The update, as its paper has it. */
  readonly equation: string
  readonly source: MethodSource | undefined
  readonly access: MethodAccess
  /**
   * Whether it may attack a stack of slices whose predictions depend on their neighbours: it asks for the
   * gradient of the sum of all losses and steps by it. The others (line searches, random searches, the
   * nearest plane, best points of each sample) take each sample for one of its own.
   */
  readonly stacks: boolean
  /** Tasks of models that it is for; undefined for all. */
  readonly tasks?: readonly ModelCard['task'][] | undefined
  readonly settings: readonly SettingHelp[]
  /** Parses settings; throws `usage` that names what is wrong. */
  readonly configure: (settings: unknown) => AttackMethod
}

/** One setting, for `--help`, forms and documentation. */
export interface SettingHelp {
  readonly name: string
  readonly explanation: string
  /** null where there is none, or where it depends on other settings (the explanation says how). */
  readonly preset: number | string | boolean | null
  readonly kind: 'number' | 'integer' | 'boolean' | 'choice' | 'text'
  readonly choices: readonly string[]
  /** Inclusive or not, as the explanation's words go; null where there is no bound. */
  readonly minimum: number | null
}

interface MethodDefinition<Name extends string, Schema extends z.ZodObject> extends Omit<
  MethodEntry<Name>,
  'settings' | 'configure'
> {
  /** Strict, every field with `describe`. */
  readonly settings: Schema
  readonly create: (settings: z.output<Schema>) => UnnamedMethod
}

/** Ties a method's schema to the function that takes what it parses. */
export function defineMethod<const Name extends string, Schema extends z.ZodObject>({
  settings,
  create,
  ...description
}: MethodDefinition<Name, Schema>): MethodEntry<Name> {
  const { name, title } = description
  return {
    ...description,
    settings: helpOf(settings),
    configure: (given) => ({ name, ...create(parsed(title, settings, given)) }),
  }
}

function parsed<Schema extends z.ZodObject>(title: string, schema: Schema, given: unknown): z.output<Schema> {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => [...path.map(String), message].join(': '))
  throw new RadversaryError('usage', `${title}: expected its settings, got ${issues.join('; ')}`, {
    tip: `Its settings are ${Object.keys(schema.shape).join(', ')}.`,
  })
}

const jsonSchemas = z.object({
  properties: z.record(
    z.string(),
    z.object({
      type: z.enum(['number', 'integer', 'boolean', 'string']),
      description: z.string(),
      default: z.union([z.number(), z.string(), z.boolean()]).optional(),
      enum: z.array(z.string()).default([]),
      minimum: z.number().optional(),
      exclusiveMinimum: z.number().optional(),
    }),
  ),
})

function kindOf({
  type,
  enum: choices,
}: {
  readonly type: 'string' | Exclude<SettingHelp['kind'], 'choice' | 'text'>
  readonly enum: readonly string[]
}) {
  return type !== 'string' ? type : choices.length > 0 ? 'choice' : 'text'
}

function helpOf(schema: z.ZodObject): SettingHelp[] {
  const { properties } = jsonSchemas.parse(z.toJSONSchema(schema, { io: 'input' }))
  return Object.entries(properties).map(([name, property]) => ({
    name,
    explanation: property.description,
    preset: property.default ?? null,
    kind: kindOf(property),
    choices: property.enum,
    minimum: property.minimum ?? property.exclusiveMinimum ?? null,
  }))
}
