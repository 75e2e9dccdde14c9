import { Command } from 'commander'
import { attackStudy, type AttackReport } from '../../engine/attack/attack-study.ts'
import { exportNames, exportPreset, parseExportKinds } from '../../engine/export/export-kinds.ts'
import { summaryText } from '../../engine/export/summary-text.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { methodRequest, withMethod, type MethodOptions } from '../method-options.ts'
import {
  home,
  positiveInteger,
  withDevice,
  withIntensity,
  withJson,
  withModel,
  withStudy,
  type DeviceOptions,
  type IntensityOptions,
  type ModelOptions,
  type StudyOptions,
} from '../options.ts'
import { failuresText } from '../output.ts'

interface Options extends StudyOptions, ModelOptions, DeviceOptions, MethodOptions, IntensityOptions {
  readonly region?: string
  readonly targetMasks?: string
  readonly criterion?: string
  readonly loss?: string
  readonly export?: string
  readonly batch: number
  readonly slices?: number
  readonly out: string
  readonly json?: boolean
}

export function attackCommand(context: CommandContext): Command {
  const command = withMethod(
    withModel(
      withStudy(
        new Command('attack').description('attack a model on a study and export verified adversarial DICOM'),
      ),
    ),
    context.args,
  )
    .option('--region <file>', '.npy mask [rows, columns]: only where it is not 0 may pixels change')
    .option('--target-masks <path>', 'of a segmentation: towards these masks, given as --labels are')
    .option(
      '--criterion <bound>',
      'of a segmentation: dice<N or iou<N; dice>=N or iou>=N towards something wanted; of grades: change>=N; of values: change>N, or within N of --target; of false positives: boxes>=N',
    )
    .option(
      '--loss <loss>',
      'of a segmentation: cross-entropy, dice, or both with weights: cross-entropy=0.5,dice=0.5; of values: mse or huber',
    )
    .option(
      '--export <kinds>',
      `some of ${exportNames.join(',')} (masks: of a segmentation, before and after); default: series, and masks where there are any`,
    )
    .option('--batch <n>', 'images attacked together, at most', positiveInteger, 8)
    .option(
      '--slices <n>',
      'of a model of neighbouring slices: slices attacked at once (default: 16 million pixels)',
      positiveInteger,
    )
    .requiredOption('--out <dir>', 'a new or empty folder, or that of an interrupted attack')
  return withJson(withDevice(withIntensity(command))).action(async (options: Options) => {
    await runJob(context, options, async (hooks) => {
      const report = await attackStudy(requestOf(options), hooks)
      const ended = report.failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
      return { result: resultOf(report), text: attackText(report), code: ended }
    })
  })
}

function requestOf(options: Options) {
  return {
    ...options,
    ...methodRequest(options),
    exports: parseExportKinds(options.export ?? exportPreset),
    strictExports: options.export !== undefined,
    earlyStop: options.earlyStop ?? false,
    home: home(),
  }
}

/** The record, which is in the folder as well, and what only this run knows. */
function resultOf({ folder, record, failures, resumed }: AttackReport) {
  return { folder, resumed, failures, peakMemoryBytes: 1024 * process.resourceUsage().maxRSS, record }
}

function attackText({ folder, record, failures, resumed }: AttackReport): string {
  const kept = resumed === 0 ? '' : `Resumed: ${resumed} images were done before\n`
  return `${summaryText(record)}${kept}Written to   ${folder}\n${failuresText(failures)}`
}
