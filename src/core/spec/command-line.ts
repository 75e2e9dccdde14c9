import { attackPresets, exportKinds } from './presets.ts'
import type { AttackSpec } from './attack-spec.ts'
import { settingTexts } from './compared-methods.ts'
import type { ComparisonSpec, EvaluationSpec } from './comparison-spec.ts'

/**
 * Fields that have no flag of their own name: `--method` has its settings', `--export` both kinds of exports.
 */
type OtherField = 'method' | 'settings' | 'exports' | 'pictures'
export type FlagField = Exclude<keyof AttackSpec, OtherField>

/** The command line's flags of an attack's fields: what it reads, and what commands are written with. */
export const fieldFlags = {
  images: '--images <uids...>',
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

export const flagFields = Object.keys(fieldFlags) as readonly FlagField[]

/** Settings that everybody calls otherwise than their field. */
const shortNames: Readonly<Record<string, string>> = { stepSize: 'step' }

/** The name of a setting's option, in camel case: `step` for stepSize, its own for all others. */
export function settingOption(name: string): string {
  return shortNames[name] ?? name
}

/** The flag of a setting, e.g. `--random-start`. */
export function settingFlag(name: string): string {
  return `--${settingOption(name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** What of `--epsilon` means that each method keeps its preset. */
export const presetBudgets = 'preset'

/** What a command is made on, which no spec says. */
export interface CommandSubject {
  readonly study: readonly string[]
  /** Names or files. */
  readonly models: readonly string[]
  readonly device: string
  readonly threads?: number | undefined
  readonly out: string
}

/** The command line that makes an attack again. */
export function attackCommand(spec: AttackSpec, subject: CommandSubject): string {
  const { method, settings, exports, pictures = [] } = spec
  const exported = exportWord(exports, pictures)
  return commandText('attack', subject, [
    ...['--method', method],
    ...Object.entries(settings).flatMap(([name, value]) => valued(settingFlag(name), String(value))),
    ...fieldWords(spec),
    ...(exported === undefined ? [] : ['--export', exported]),
  ])
}

/** The command line that makes a comparison again; methods are set at every budget alike. */
export function comparisonCommand(spec: ComparisonSpec, subject: CommandSubject): string {
  const { methods, budgets, transfer } = spec
  const { names, settings, sweeps } = settingTexts(methods)
  return commandText('compare', subject, [
    ...['--method', ...names],
    ...(settings.length === 0 ? [] : ['--set', ...settings]),
    ...(sweeps.length === 0 ? [] : ['--sweep', ...sweeps]),
    ...['--epsilon', ...(budgets.Linf.length === 0 ? [presetBudgets] : budgets.Linf)],
    ...(budgets.L2.length === 0 ? [] : ['--epsilon-l2', ...budgets.L2]),
    ...(transfer ? ['--transfer'] : []),
    ...fieldWords(spec),
  ])
}

/** The command line that makes an evaluation again. */
export function evaluationCommand(spec: EvaluationSpec, subject: CommandSubject): string {
  const { protocol, epsilon, subgroups, pictures } = spec
  return commandText('evaluate', subject, [
    ...['--protocol', protocol],
    ...(epsilon === undefined ? [] : ['--epsilon', epsilon]),
    ...(subgroups === undefined ? [] : ['--subgroups', ...subgroups]),
    ...(pictures ? [] : ['--no-pictures']),
    ...fieldWords(spec),
  ])
}

/** A spec and its subject without folders, which may name patients; STUDY stands for the study's. */
export function withoutFolders<Spec extends Pick<AttackSpec, 'labels' | 'targetMasks' | 'region'>>(
  spec: Spec,
  subject: CommandSubject,
): [Spec, CommandSubject] {
  const { labels, targetMasks, region } = spec
  return [
    {
      ...spec,
      labels: labels && fileName(labels),
      targetMasks: targetMasks && fileName(targetMasks),
      region: region && fileName(region),
    },
    { ...subject, study: ['STUDY'], models: subject.models.map(fileName) },
  ]
}

/** The last part of a path of either system. */
function fileName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path
}

function commandText(
  name: string,
  { study, models, device, threads, out }: CommandSubject,
  words: readonly string[],
): string {
  const lanes = threads === undefined ? [] : ['--threads', String(threads)]
  const all = [
    '--study',
    ...study,
    '--model',
    ...models,
    ...words,
    '--device',
    device,
    ...lanes,
    '--out',
    out,
  ]
  return ['radversary', name, ...all.map(shellWord)].join(' ')
}

type GivenFields = Partial<Pick<AttackSpec, FlagField>>

/** Flags and values of those fields that were given. */
function fieldWords(spec: GivenFields): string[] {
  return flagFields.flatMap((field) => wordsOf(field, spec[field]))
}

function wordsOf(field: FlagField, value: GivenFields[FlagField]): string[] {
  const [flag = ''] = fieldFlags[field].split(' ')
  if (value === undefined || value === false) return []
  if (value === true) return [flag]
  return typeof value === 'object' ? [flag, ...value] : valued(flag, String(value))
}

/** A value that begins with a dash would be taken for a flag where it stands alone. */
function valued(flag: string, value: string): string[] {
  return value.startsWith('-') ? [`${flag}=${value}`] : [flag, value]
}

/** A text as a word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w./=,:@+%-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** What `--export` calls everything that an attack on the model can leave as DICOM. */
export const allExports = 'all'

/** The value of `--export`; undefined where it is the preset. */
function exportWord(
  exports: AttackSpec['exports'],
  pictures: NonNullable<AttackSpec['pictures']>,
): string | undefined {
  const areThose = (kinds: AttackSpec['exports']) =>
    kinds.length === exports.length && kinds.every((kind) => exports.includes(kind))
  if (pictures.length === 0 && areThose(attackPresets.exports)) return undefined
  const names = areThose(exportKinds) ? [allExports] : exports.map(exportName)
  return [...new Set([...names, ...pictures])].join(',')
}

function exportName(kind: AttackSpec['exports'][number]): string {
  return kind === 'masksBefore' || kind === 'masksAfter' ? 'masks' : kind
}
