import { basename } from 'node:path'
import { type Command, Option } from 'commander'
import {
  askedAttack,
  askedTensor,
  attackSpec,
  type AttackSpec,
  parseSpec,
  type TensorSpec,
} from '../core/spec/attack-spec.ts'
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

/** Fields that have no flag of their own name: `--method` has its settings', `--study` says which images. */
type OtherField = 'method' | 'settings' | 'images' | 'exports' | 'pictures'
type FlagField = Exclude<keyof AttackSpec, OtherField>

const flags = {
  labels: '--labels <path>',
  target: '--target <class>',
  targetMasks: '--target-masks <path>',
  criterion: '--criterion <bound>',
  loss: '--loss <loss>',
  region: '--region <file>',
  seed: '--seed <n>',
  earlyStop: '--early-stop',
  forceIntensity: '--force-intensity',
  forceReferences: '--force-references',
  straightThrough: '--straight-through',
  eot: '--eot <n>',
  oblivious: '--oblivious',
  batch: '--batch <n>',
  slices: '--slices <n>',
} as const satisfies Record<FlagField, string>

const flagFields = Object.keys(flags) as readonly FlagField[]

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
  const option = new Option(flags[field], attackSpec.shape[field].description)
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
  readonly transfer?: boolean
}

/** @throws RadversaryError usage. */
export function comparisonOf(options: ComparisonOptions): ComparisonSpec {
  const { model, method, epsilon, epsilonL2, set = [], transfer } = options
  return parseSpec('Comparison', askedComparison, {
    ...givenOf(options),
    models: model,
    methods: comparedMethods(method, set),
    budgets: { Linf: epsilon, L2: epsilonL2 },
    transfer,
  })
}

/** @throws RadversaryError usage. */
export function evaluationOf(options: FieldOptions & { readonly model: readonly string[] }): EvaluationSpec {
  return parseSpec('Evaluation', askedEvaluation, { ...givenOf(options), models: options.model })
}

/** Flags as they are typed, of fields that were given; of files their names alone, since folders may name patients. */
export function typedFlags(options: FieldOptions): string[] {
  return flagFields.flatMap((field) => {
    const value = options[field]
    const [flag = ''] = flags[field].split(' ')
    if (value === true) return [flag]
    if (typeof value !== 'string' && typeof value !== 'number') return []
    const isFile = field === 'labels' || field === 'targetMasks' || field === 'region'
    return [flag, typedText(isFile ? basename(String(value)) : String(value))]
  })
}

/** A text as a shell takes it. */
export function typedText(text: string): string {
  return /^[\w./=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
