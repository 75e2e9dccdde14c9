import { decimal, exponential, noNumber, percent } from '../../core/number-texts.ts'
import { Command } from 'commander'
import { compareStudy, type CompareReport } from '../../engine/compare/compare-study.ts'
import type { CompareRequest } from '../../engine/compare/compare-run.ts'
import { comparedName } from '../../core/spec/compared-methods.ts'
import { comparisonSpec } from '../../core/spec/comparison-spec.ts'
import { comparisonPresets } from '../../core/spec/presets.ts'
import type { Headline } from '../../core/evaluate/headline.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { home, withDevice, withJson, withStudy, type DeviceOptions, type StudyOptions } from '../options.ts'
import { comparisonOf, withFields, type ComparisonOptions } from '../spec-options.ts'
import { failuresText, linesText, tableText } from '../output.ts'

interface Options extends StudyOptions, DeviceOptions, ComparisonOptions {
  readonly out: string
  readonly json?: boolean
}

const text = comparisonSpec.shape

/** Adds what is compared: models, methods and budgets. @param fields those of the flags that there are */
export function withComparison(
  command: Command,
  fields: { readonly shape: object } = comparisonSpec,
): Command {
  command
    .requiredOption('--model <name|file...>', text.models.description)
    .option('--method <names...>', text.methods.description, [...comparisonPresets.methods])
    .option('--epsilon <budgets...>', text.budgets.shape.Linf.description, [
      ...comparisonPresets.budgets.Linf,
    ])
    .option('--epsilon-l2 <budgets...>', text.budgets.shape.L2.description, [...comparisonPresets.budgets.L2])
    .option(
      '--set <settings...>',
      'METHOD.SETTING=VALUE, e.g. smia.alpha=0.5; a step that is not set goes with the budget',
    )
    .option(
      '--sweep <settings...>',
      'METHOD.SETTING=VALUE,VALUE,…, e.g. smia.alpha=0,0.2,1: the method once with each value',
    )
    .option('--transfer', text.transfer.description)
  return withFields(command, fields)
}

export function compareCommand(context: CommandContext): Command {
  const command = withComparison(withStudy(new Command('compare'))).requiredOption(
    '--out <dir>',
    'a new or empty folder, or that of an interrupted comparison',
  )
  return withJson(withDevice(command)).action(async (options: Options) => {
    await runJob(context, options, async (hooks) => {
      const report = await compareStudy(requestOf(options), hooks)
      const ended = report.comparison.failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
      return { result: report, text: compareText(report), code: ended }
    })
  })
}

function requestOf(options: Options): CompareRequest {
  const { study, device, threads, out } = options
  return { ...comparisonOf(options), study, device, threads, home: home(), out }
}

function compareText({ folder, comparison, resumed }: CompareReport): string {
  const { models, cells, failures, warnings } = comparison
  const rows = cells.map((cell) => [
    ...(models.length > 1 ? [models[cell.model]?.name ?? ''] : []),
    ...[comparedName(cell), cell.budget ?? noNumber, ...fooledTexts(cell)],
    ...[percent(cell.meanConfidenceAfter), decimal(cell.meanPsnr, 1), decimal(cell.meanSsim, 4)],
    ...[exponential(cell.perturbation.variance), `${decimal(cell.secondsPerSlice, 2)} s`],
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
  const interval = rate === null ? noNumber : `${percent(lower)} to ${percent(upper)}`
  return [percent(rate), `${successes} of ${count}`, interval]
}
