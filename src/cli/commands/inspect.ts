import { Command } from 'commander'
import {
  inspectPaths,
  type InspectedSeries,
  type InspectReport,
  type NotExportable,
} from '../../engine/inspect/inspect-paths.ts'
import type { CommandContext } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { withJson } from '../options.ts'
import { failuresText, linesText } from '../output.ts'

export function inspectCommand(context: CommandContext): Command {
  const command = new Command('inspect').argument('<path...>', 'folders, files, DICOMDIRs or zip archives')
  return withJson(command).action(async (paths: string[], options: { json?: boolean }) => {
    await runJob(context, options, async (hooks) => {
      const report = await inspectPaths(paths, hooks)
      return { result: report, text: inspectText(report), code: codeOf(report) }
    })
  })
}

function codeOf({ series, failures }: InspectReport): ExitCode {
  if (failures.length === 0) return exitCode.done
  return series.length === 0 ? exitCode.failed : exitCode.someInputsFailed
}

function inspectText({ series, failures, skipped }: InspectReport): string {
  const none = series.length === 0 ? 'No DICOM images.\n' : ''
  const aside = skipped.length === 0 ? '' : `${skipped.length} files left aside; --json lists them\n`
  return `${none}${series.map(seriesText).join('')}${aside}${failuresText(failures)}`
}

function seriesText(series: InspectedSeries): string {
  const {
    modality,
    seriesNumber,
    seriesDescription,
    part,
    instances,
    frames,
    pixels,
    orderedBy,
    sliceSpacingMm,
    notes,
    treatedAs,
    notExportable,
  } = series
  const name = [
    modality ?? 'no modality',
    seriesNumber === null ? '' : `series ${seriesNumber}`,
    seriesDescription ?? '',
    part === null ? '' : `stack ${part.number} of ${part.count} (${part.label})`,
  ]
  const count = frames === instances ? `${instances} images` : `${instances} images of ${frames} frames`
  const spacing = sliceSpacingMm === null ? '' : `, ${sliceSpacingMm.toFixed(2)} mm apart`
  const order = orderedBy === 'geometry' ? `by position${spacing}` : 'by instance number'
  return linesText([
    name.filter((part) => part !== '').join(', '),
    `  ${count}, ${pixels.join('; ')}, ordered ${order}`,
    ...[...notes, ...treatedAs].map(({ message }) => `  note: ${message}`),
    ...notExportableText(notExportable),
  ])
}

/** Each reason once, with the first file and how many it holds for. */
function notExportableText(images: readonly NotExportable[]): string[] {
  const reasons = new Map<string, NotExportable[]>()
  for (const image of images) reasons.set(image.message, [...(reasons.get(image.message) ?? []), image])
  return [...reasons].flatMap(([message, alike]) => {
    const [first] = alike
    if (first === undefined) return []
    const which = alike.length === 1 ? first.file : `${alike.length} images, the first ${first.file}`
    return [`  can't be exported: ${which}`, `    ${message}${first.tip === null ? '' : `. ${first.tip}`}`]
  })
}
