import { type Command, Option } from 'commander'
import {
  askedAttack,
  askedTensor,
  attackSpec,
  type AttackSpec,
  parseSpec,
  type TensorSpec,
} from '../core/spec/attack-spec.ts'
import { fieldFlags, type FlagField, flagFields, presetBudgets } from '../core/spec/command-line.ts'
import { comparedMethods } from '../core/spec/compared-methods.ts'
import {
  askedComparison,
  askedEvaluation,
  type ComparisonSpec,
  type EvaluationSpec,
} from '../core/spec/comparison-spec.ts'
import { attackPresets } from '../core/spec/presets.ts'
import { parseExports } from '../engine/export/export-kinds.ts'
import { type MethodOptions, methodRequest } from './method-options.ts'
import { integer, positiveInteger } from './options.ts'

const readers = {
  seed: integer,
  eot: positiveInteger,
  batch: positiveInteger,
  slices: positiveInteger,
} as const

/** The flags of those fields of an attack that a schema has; texts and presets are theirs. */
export function withFields(command: Command, { shape }: { readonly shape: object }): Command {
  const fields = flagFields.filter((field) => field in shape)
  return fields.reduce((all, field) => all.addOption(optionOf(field)), command)
}

function optionOf(field: FlagField): Option {
  const option = new Option(fieldFlags[field], attackSpec.shape[field].description)
  if (field in readers) option.argParser(readers[field as keyof typeof readers])
  if (field === 'seed' || field === 'batch') option.default(attackPresets[field])
  return option
}

/** What a command with some of the flags is given: strings and numbers that the schema has yet to check. */
export type FieldOptions = Readonly<Partial<Record<FlagField, unknown>>>

/** Those that were given, of all that the command has. */
function givenOf(options: FieldOptions): FieldOptions {
  const given = flagFields.filter((field) => options[field] !== undefined)
  return Object.fromEntries(given.map((field) => [field, options[field]]))
}

export interface AttackOptions extends FieldOptions, MethodOptions {
  readonly export?: string
}

/** @throws RadversaryError usage. */
export function attackOf(options: AttackOptions): AttackSpec {
  const exported = options.export === undefined ? {} : parseExports(options.export)
  return parseSpec('Attack', askedAttack, { ...givenOf(options), ...methodRequest(options), ...exported })
}

/** @throws RadversaryError usage. */
export function tensorAttackOf(options: FieldOptions & MethodOptions): TensorSpec {
  return parseSpec('Attack', askedTensor, { ...givenOf(options), ...methodRequest(options) })
}

export interface ComparisonOptions extends FieldOptions {
  readonly model: readonly string[]
  readonly method: readonly string[]
  readonly epsilon: readonly string[]
  readonly epsilonL2: readonly string[]
  readonly set?: readonly string[]
  readonly sweep?: readonly string[]
  readonly transfer?: boolean
}

/** @throws RadversaryError usage. */
export function comparisonOf(options: ComparisonOptions): ComparisonSpec {
  const { model, method, epsilon, epsilonL2, set = [], sweep = [], transfer } = options
  return parseSpec('Comparison', askedComparison, {
    ...givenOf(options),
    models: model,
    methods: comparedMethods(method, set, sweep),
    budgets: { Linf: epsilon[0] === presetBudgets ? [] : epsilon, L2: epsilonL2 },
    transfer,
  })
}

export interface EvaluationOptions extends FieldOptions {
  readonly model: readonly string[]
  readonly protocol: string
  readonly epsilon?: string
  readonly subgroups?: readonly string[]
  readonly pictures: boolean
}

/** @throws RadversaryError usage. */
export function evaluationOf(options: EvaluationOptions): EvaluationSpec {
  const { model: models, protocol, epsilon, subgroups, pictures } = options
  return parseSpec('Evaluation', askedEvaluation, {
    ...givenOf(options),
    models,
    protocol,
    epsilon,
    subgroups,
    pictures,
  })
}
