import { Command } from 'commander'
import { importImages, type ImportReport } from '../../engine/import/import-images.ts'
import { assumptionsOf } from '../../engine/import/import-record.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { withJson } from '../options.ts'
import { failuresText, linesText } from '../output.ts'

interface Options {
  readonly out: string
  readonly modality?: string
  readonly labels?: string
  readonly masks?: string
  readonly json?: boolean
}

export function importCommand(context: CommandContext): Command {
  const command = new Command('import')
    .argument('<path...>', 'PNG, JPEG, TIFF, BMP, WebP, NIfTI, NRRD or NumPy files, or folders of them')
    .requiredOption('--out <dir>', 'a new or empty folder, or that of an interrupted import')
    .option(
      '--modality <letters>',
      "DICOM's modality of the images: CT, MR, CR, DX, US, …; default: OT (other)",
    )
    .option(
      '--labels <file>',
      "CSV of labels or boxes, or COCO's JSON; default: what lies among the images, else folders as classes",
    )
    .option(
      '--masks <path>',
      "masks named as the images: a folder, or a file, of PNG or NIfTI; or COCO's JSON with outlines",
    )
  return withJson(command).action(async (paths: string[], options: Options) => {
    await runJob(context, options, async (hooks) => {
      const report = await importImages({ ...options, paths }, hooks)
      const ended = report.record.failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
      return { result: report, text: importText(report), code: ended }
    })
  })
}

function importText({ folder, record }: ImportReport): string {
  const { files, labels, masks, skipped, failures } = record
  const images = files.reduce((sum, file) => sum + file.images.length, 0)
  const formats = [...new Set(files.map(({ format }) => format))].join(', ')
  return (
    linesText([
      `Imported     ${images} images of ${files.length} files (${formats}), modality ${record.modality}`,
      ...(labels === null
        ? []
        : [`Labels       ${labels.images} images, ${labels.kind}, from ${labels.from}: ${labels.path}`]),
      ...(masks === null ? [] : [`Masks        ${masks.images} images: ${masks.path}`]),
      ...assumptionsOf(record).map((notice) => `Note         ${notice}`),
      ...(skipped.length === 0
        ? []
        : [`Left aside   ${skipped.length} files that are no such images; import.json lists them`]),
      `Written to   ${folder}`,
    ]) + failuresText(failures.map((failure) => ({ ...failure, tip: failure.tip ?? undefined })))
  )
}
