import { Command, Option } from 'commander'
import { noNumber, percent } from '../../core/number-texts.ts'
import { RadversaryError } from '../../core/errors.ts'
import { comparisonSpec } from '../../core/spec/comparison-spec.ts'
import { protocols } from '../../core/spec/protocols.ts'
import { diffEvaluations, type DiffRow, type EvaluationDiff } from '../../engine/evaluate/evaluation-diff.ts'
import { evaluateStudy, type EvaluateReport } from '../../engine/evaluate/evaluate-study.ts'
import { printReport } from '../../engine/evaluate/print-report.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { home, withDevice, withJson, withStudy, type DeviceOptions, type StudyOptions } from '../options.ts'
import { linesText, tableText } from '../output.ts'
import { evaluationOf, withFields, type EvaluationOptions } from '../spec-options.ts'

interface Options extends StudyOptions, DeviceOptions, EvaluationOptions {
  readonly out: string
  readonly pdf?: boolean
  readonly json?: boolean
}

/** `evaluate` with a study, or `evaluate --diff A B`, which needs none. */
export function evaluateCommand(context: CommandContext): Command {
  return context.args.includes('--diff') ? diffCommand(context) : runCommand(context)
}

/** Adds what is evaluated: models and protocol. @param fields those of the flags that there are */
export function withEvaluation(
  command: Command,
  fields: { readonly shape: object } = comparisonSpec,
): Command {
  command
    .requiredOption('--model <name|file...>', comparisonSpec.shape.models.description)
    .addOption(
      new Option('--protocol <protocol>', protocolsText())
        .choices(Object.keys(protocols))
        .default('standard'),
    )
    .option(
      '--epsilon <budget>',
      'where methods are set side by side; the curve goes with it (default: the protocol’s)',
    )
  return withFields(command, fields)
    .option(
      '--subgroups <columns...>',
      'columns of the labels file that images are parted by, e.g. sex; numbers by bands: age=40,65',
    )
    .option(
      '--no-pictures',
      'leave pixels of the study out of the report: it shows three cases of each model',
    )
}

function runCommand(context: CommandContext): Command {
  const command = withEvaluation(withStudy(new Command('evaluate')))
    .requiredOption('--out <dir>', 'a new or empty folder, or that of an interrupted evaluation')
    .option(
      '--pdf',
      'print the report to report.pdf, and draw figures as PDF and PNG at 300 dpi, by Chromium, Chrome or Edge',
    )
    .addHelpText(
      'after',
      '\nradversary evaluate --diff A B   compares two evaluations, e.g. before and after retraining',
    )
  return withJson(withDevice(command)).action(async (options: Options) => {
    await runJob(context, options, async (hooks) => {
      const { study, device, threads, out } = options
      const request = { ...evaluationOf(options), study, device, threads, home: home(), out }
      const report = await evaluateStudy(request, hooks)
      if (options.pdf === true) await printReport(report.folder, hooks.signal)
      const ended = report.evaluation.failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
      return { result: report, text: reportText(report), code: ended }
    })
  })
}

function protocolsText(): string {
  return Object.entries(protocols)
    .map(([name, { summary }]) => `${name}: ${summary}`)
    .join('; ')
}

function reportText({ folder, evaluation, resumed }: EvaluateReport): string {
  const { models, notice } = evaluation
  const lines = models.flatMap(({ name, checklist, worstCase: { fooled } }) => [
    `${name}: ${fooled.successes} of ${fooled.count} right before are fooled by at least one method (${percent(fooled.rate)})`,
    ...checklist.map(({ question, answer, evidence }) => `  ${answer.padEnd(9)}  ${question} ${evidence}`),
  ])
  const kept = resumed === 0 ? [] : [`Resumed: ${resumed} cells were done before`]
  return linesText([...lines, notice, ...kept, `Written to   ${folder}`])
}

interface DiffOptions {
  readonly diff: readonly string[]
  readonly json?: boolean
}

function diffCommand(context: CommandContext): Command {
  const command = new Command('evaluate').requiredOption('--diff <folders...>', 'folders of two evaluations')
  return withJson(command).action(async (options: DiffOptions) => {
    await runJob(context, options, async () => {
      const [before, after, ...others] = options.diff
      if (before === undefined || after === undefined || others.length > 0)
        throw new RadversaryError('usage', `Evaluations: expected two folders, got ${options.diff.length}`)
      const diff = await diffEvaluations(before, after)
      return { result: diff, text: diffText(diff), code: exitCode.done }
    })
  })
}

/** The difference on the same images, its interval by patient and McNemar's mid-p. */
function pairedTexts(paired: DiffRow['paired']): string[] {
  if (paired === null || paired.images === 0) return [noNumber, noNumber, noNumber]
  const { difference, midP } = paired
  const interval = difference.interval === null ? noNumber : rangeText(difference.interval)
  return [percent(difference.mean), interval, midP.toFixed(3)]
}

function rangeText({ lower, upper }: { readonly lower: number; readonly upper: number }): string {
  return `${percent(lower)} to ${percent(upper)}`
}

function diffText({ models, caveats }: EvaluationDiff): string {
  const tables = models.map(({ before, after, rows }) =>
    tableText([
      ['', 'budget', before, after, 'difference', '95 %', 'paired', 'by patient 95 %', 'McNemar p'],
      ...rows.map(({ what, budget, before: a, after: b, difference: { value, lower, upper }, paired }) => [
        ...[what, budget, percent(a.rate), percent(b.rate), percent(value)],
        value === null ? noNumber : rangeText({ lower, upper }),
        ...pairedTexts(paired),
      ]),
    ]),
  )
  return `${tables.join('\n')}${linesText(caveats)}`
}
