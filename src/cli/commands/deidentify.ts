import { Command, InvalidArgumentError } from 'commander'
import type { PixelRegion } from '../../core/dicom/deidentify/policy.ts'
import { deidentifyStudy, type DeidentifyReport } from '../../engine/deidentify/deidentify-study.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { home, withJson } from '../options.ts'
import { failuresText, linesText } from '../output.ts'
import { profileOf, type ProfileOptions, withProfile } from '../profile-options.ts'

interface Options extends ProfileOptions {
  readonly out: string
  readonly blackout: PixelRegion[]
  readonly json?: boolean
}

export function deidentifyCommand(context: CommandContext): Command {
  const command = new Command('deidentify')
    .argument('<study...>', 'folders, files, DICOMDIRs or zip archives of DICOM images')
    .requiredOption('--out <dir>', 'a new or empty folder, or that of an interrupted de-identification')
    .option(
      '--blackout <x,y,width,height...>',
      'pixels that become black in every image, for text that is burnt in',
      (text: string, before: PixelRegion[]) => [...before, regionOf(text)],
      [],
    )
  return withJson(withProfile(command)).action(async (paths: string[], options: Options) => {
    await runJob(context, options, async (hooks) => {
      const { out, blackout } = options
      const report = await deidentifyStudy(
        { ...profileOf(options), out, blackout, paths, home: home() },
        hooks,
      )
      const ended = report.failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
      return { result: report, text: deidentifyText(report), code: ended }
    })
  })
}

function regionOf(text: string): PixelRegion {
  const numbers = text.split(',').map(Number)
  const [x, y, width, height] = numbers
  const areWhole = numbers.length === 4 && numbers.every((number) => Number.isInteger(number) && number >= 0)
  if (!areWhole || x === undefined || y === undefined || !width || !height)
    throw new InvalidArgumentError(
      'Expected four whole numbers: x,y,width,height, in pixels from the top left.',
    )
  return { x, y, width, height }
}

function deidentifyText({ folder, keyFile, record, failures }: DeidentifyReport): string {
  const { patients, studies, series, images, options, notices, skipped } = record
  return (
    linesText([
      `De-identified ${images} images: ${patients} patients, ${studies} studies, ${series} series`,
      `By            the Basic Profile of ${record.standard}${options.length === 0 ? '' : ` with ${options.join(', ')}`}`,
      `Key           ${keyFile ?? 'thrown away: pseudonyms will not be the same again'}`,
      ...notices.map(({ message, tip, images: count }) => `Note          ${count} images: ${message} ${tip}`),
      ...(skipped === 0 ? [] : [`Left aside    ${skipped} files that are no images`]),
      `Written to    ${folder}`,
    ]) + failuresText(failures)
  )
}
