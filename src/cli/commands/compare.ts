import { Command } from 'commander'
import type { GivenSettings } from '../../engine/attack/method-settings.ts'
import { compareStudy, type CompareReport } from '../../engine/compare/compare-study.ts'
import type { ComparedMethod } from '../../engine/compare/plan-cells.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { Headline } from '../../core/evaluate/headline.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import {
  home,
  integer,
  positiveInteger,
  withDevice,
  withIntensity,
  withJson,
  withStudy,
  type DeviceOptions,
  type IntensityOptions,
  type StudyOptions,
} from '../options.ts'
import { failuresText, linesText, tableText } from '../output.ts'

interface Options extends StudyOptions, DeviceOptions, IntensityOptions {
  readonly model: string[]
  readonly method: string[]
  readonly epsilon: string[]
  readonly epsilonL2?: string[]
  readonly set?: string[]
  readonly transfer?: boolean
  readonly target?: string
  readonly seed: number
  readonly batch: number
  readonly out: string
  readonly json?: boolean
}

export function compareCommand(context: CommandContext): Command {
  const command = withStudy(
    new Command('compare').description('compare methods, budgets and models on one study'),
  )
    .requiredOption('--model <name|file...>', 'the models, each with its card beside it; may be several')
    .option('--method <names...>', 'the methods, as of `attack`', ['smia', 'pgd', 'fgsm', 'noise'])
    .option('--epsilon <budgets...>', 'budgets of the methods that bound every pixel', [
      '2/255',
      '4/255',
      '8/255',
    ])
    .option(
      '--epsilon-l2 <budgets...>',
      'budgets of the methods that bound the Euclidean norm; default: each one’s preset',
    )
    .option(
      '--set <settings...>',
      'METHOD.SETTING=VALUE, e.g. smia.alpha=0.5; a step that is not set goes with the budget',
    )
    .option('--transfer', 'judge what is made on each model on the others too')
    .option('--target <class>', 'attack towards this class (index or name) instead of away from the label')
    .option('--seed <n>', 'seed of everything random', integer, 0)
    .option('--batch <n>', 'images attacked together, at most', positiveInteger, 8)
    .requiredOption('--out <dir>', 'a new or empty folder, or that of an interrupted comparison')
  return withJson(withDevice(withIntensity(command))).action(async (options: Options) => {
    await runJob(context, options, async (hooks) => {
      const report = await compareStudy(requestOf(options), hooks)
      const ended = report.comparison.failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
      return { result: report, text: compareText(report), code: ended }
    })
  })
}

function requestOf({
  model,
  method,
  epsilon,
  epsilonL2 = [],
  set = [],
  transfer = false,
  ...options
}: Options) {
  return {
    ...{ ...options, models: model, home: home(), transfer },
    methods: method.map((name): ComparedMethod => ({ name, settings: settingsOf(name, set, method) })),
    budgets: { Linf: epsilon, L2: epsilonL2 },
  }
}

/** Those of `set` that are of the method. */
function settingsOf(method: string, set: readonly string[], methods: readonly string[]): GivenSettings {
  const own = set.flatMap((text) => {
    const [, name, setting, value] = /^([\w-]+)\.(\w+)=(.*)$/.exec(text) ?? []
    if (name === undefined || setting === undefined || value === undefined || !methods.includes(name))
      throw new RadversaryError(
        'usage',
        `--set: expected METHOD.SETTING=VALUE of a compared method, got ${text}`,
        {
          tip: 'For example: --set smia.alpha=0.5 pgd.restarts=5',
        },
      )
    return name === method ? [[setting, value] as const] : []
  })
  return Object.fromEntries(own)
}

function compareText({ folder, comparison, resumed }: CompareReport): string {
  const { models, cells, failures, warnings } = comparison
  const rows = cells.map((cell) => [
    ...(models.length > 1 ? [models[cell.model]?.name ?? ''] : []),
    ...[cell.method, cell.budget ?? '–', ...fooledTexts(cell)],
    ...[percent(cell.meanConfidenceAfter), number(cell.meanPsnr, 1), number(cell.meanSsim, 4)],
    ...[exponential(cell.perturbation.variance), `${cell.secondsPerSlice.toFixed(2)} s`],
  ])
  const header = [
    ...(models.length > 1 ? ['model'] : []),
    ...[
      'method',
      'budget',
      'fooled',
      'of right before',
      'interval 95 %',
      'confidence',
      'PSNR, dB',
      'SSIM',
      'variance',
      'per slice',
    ],
  ]
  const kept = resumed === 0 ? '' : `Resumed: ${resumed} cells were done before\n`
  const warned = (isFirst: boolean) =>
    linesText(
      warnings
        .filter(({ check }) => (check === 'wrong-before') === isFirst)
        .map(({ model, message, tip }) => `Warning: ${models[model]?.name ?? ''}: ${message} ${tip}`),
    )
  return `${warned(true)}${tableText([header, ...rows])}\n${warned(false)}${comparison.notice}\n${kept}Written to   ${folder}\n${failuresText(failures.map((failure) => ({ tip: undefined, ...failure })))}`
}

/** The rate, what it is of, and its interval. */
function fooledTexts({ fooled: { successes, count, rate, lower, upper } }: Headline): string[] {
  const interval = rate === null ? '–' : `${percent(lower)} to ${percent(upper)}`
  return [percent(rate), `${successes} of ${count}`, interval]
}

function percent(value: number | null): string {
  return value === null ? '–' : `${(100 * value).toFixed(1)} %`
}

function number(value: number | null, digits: number): string {
  return value === null ? '–' : value.toFixed(digits)
}

function exponential(value: number | null): string {
  return value === null ? '–' : value.toExponential(2)
}
