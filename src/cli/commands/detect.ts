import { Command } from 'commander'
import type { z } from 'zod'
import { attackSpec } from '../../core/spec/attack-spec.ts'
import { noNumber, percent } from '../../core/number-texts.ts'
import type { Interval } from '../../core/evaluate/statistics.ts'
import { detectStudy, type DetectReport } from '../../engine/detect/detect-study.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import {
  home,
  withDevice,
  withJson,
  withModel,
  withStudy,
  type DeviceOptions,
  type ModelOptions,
  type StudyOptions,
} from '../options.ts'
import { linesText, tableText } from '../output.ts'
import { withFields } from '../spec-options.ts'

const detectSpec = attackSpec.pick({ forceIntensity: true, forceReferences: true })

interface Options extends StudyOptions, ModelOptions, DeviceOptions, Partial<z.output<typeof detectSpec>> {
  readonly fit: readonly string[]
  readonly runs: readonly string[]
  readonly tensors: readonly string[]
  readonly key?: string
  readonly out: string
  readonly json?: boolean
}

export function detectCommand(context: CommandContext): Command {
  const command = withModel(withStudy(new Command('detect')))
    .requiredOption('--fit <path...>', 'other clean images, which detectors are fitted to')
    .requiredOption('--runs <folder...>', 'what attack has left of the study, e.g. of pgd, hfc and noise')
    .requiredOption(
      '--tensors <names...>',
      'inner tensors whose channels’ means are features; an unknown name is answered with the last ones that there are',
    )
    .option('--key <file>', 'of de-identified runs: the key of their pseudonyms; default: the workspace’s')
  withFields(command, detectSpec).requiredOption('--out <dir>', 'a new or empty folder')
  return withJson(withDevice(command)).action(async (options: Options) => {
    await runJob(context, options, async (hooks) => {
      const report = await detectStudy({ ...options, home: home() }, hooks)
      const ended = report.detection.failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
      return { result: report, text: reportText(report), code: ended }
    })
  })
}

function reportText({ folder, detection }: DetectReport): string {
  const number = (value: number | null | undefined) => value?.toFixed(3) ?? noNumber
  const rows = detection.runs.flatMap(({ run, method, images, changed, detectors }) =>
    detectors.map(({ detector, auc, aucOfChanged, foundAt5 }) => [
      ...[run, method, `${changed} of ${images}`, detector, number(auc.value)],
      ...[rangeText(auc.interval), number(aucOfChanged?.value), percent(foundAt5)],
    ]),
  )
  const header = [
    'run',
    'method',
    'changed',
    'detector',
    'AUC',
    '95 % by patient',
    'of changed',
    'found at 5 %',
  ]
  return `${tableText([header, ...rows])}\n${linesText([...detection.warnings, `Written to   ${folder}`])}`
}

function rangeText(interval: Interval | null): string {
  return interval === null ? noNumber : `${interval.lower.toFixed(3)} to ${interval.upper.toFixed(3)}`
}
