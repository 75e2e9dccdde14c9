import { Command, Option } from 'commander'
import { RadversaryError } from '../../core/errors.ts'
import { attackStudy, type AttackReport } from '../../engine/attack/attack-study.ts'
import type { AttackRequest } from '../../engine/attack/attack-run.ts'
import { areStrict, exportNames } from '../../engine/export/export-kinds.ts'
import { summaryText } from '../../engine/export/summary-text.ts'
import { combinations, type Combination, mediaFormats } from '../../core/spec/presets.ts'
import { attackSpec } from '../../core/spec/attack-spec.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { withMethod } from '../method-options.ts'
import {
  home,
  withDevice,
  withJson,
  withModels,
  withStudy,
  type DeviceOptions,
  type ModelOptions,
  type StudyOptions,
} from '../options.ts'
import { attackOf, withFields, type AttackOptions } from '../spec-options.ts'
import { failuresText } from '../output.ts'
import { identityOf, type IdentityOptions, withIdentity } from '../profile-options.ts'

interface Options
  extends StudyOptions, Omit<ModelOptions, 'model'>, DeviceOptions, AttackOptions, IdentityOptions {
  readonly model: readonly [string, ...string[]]
  readonly ensemble?: Combination
  readonly judge?: readonly string[]
  readonly out: string
  readonly dicomdir?: boolean
  readonly zip?: boolean
  readonly json?: boolean
}

export function attackCommand(context: CommandContext): Command {
  const command = withStudy(new Command('attack'))
  withFields(withMethod(withModels(command), context.args), attackSpec)
    .option(
      '--export <kinds>',
      `some of ${exportNames.join(',')} (masks: of a segmentation, before and after; png, nifti, npy: the adversarial images beside DICOM); default: series, and masks where there are any`,
    )
    .addOption(
      new Option('--ensemble <what>', 'of several models: what is averaged (default: losses)').choices(
        combinations,
      ),
    )
    .option(
      '--judge <name|file...>',
      'held-out models, each with its card beside it, that judge what was made',
    )
    .option('--dicomdir', 'the export’s DICOM files with a DICOMDIR too, in OUT/media, for a disc or stick')
    .option('--zip', 'the same in one archive, OUT/media.zip')
    .requiredOption('--out <dir>', 'a new or empty folder, or that of an interrupted attack')
  return withJson(withDevice(withIdentity(command))).action(async (options: Options) => {
    await runJob(context, options, async (hooks) => {
      const report = await attackStudy(requestOf(options), hooks)
      const ended = report.failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
      return { result: resultOf(report), text: attackText(report), code: ended }
    })
  })
}

function requestOf(options: Options): AttackRequest {
  const { study, card, runtime, device, threads, out, ensemble, judge } = options
  const [model, ...others] = options.model
  if (card !== undefined && others.length > 0)
    throw new RadversaryError('usage', 'Card: expected none of several models: each has its own beside it')
  if (ensemble !== undefined && others.length === 0)
    throw new RadversaryError('usage', 'Ensemble: expected several models, got one')
  const media = mediaFormats.filter((format) => options[format] === true)
  return {
    ...attackOf(options),
    study,
    model,
    ...(others.length > 0 && { others, ensemble }),
    ...(judge && { judges: judge }),
    card,
    runtime,
    device,
    threads,
    home: home(),
    strictExports: areStrict(options.export),
    identity: identityOf(options),
    ...(media.length > 0 && { media }),
    out,
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
