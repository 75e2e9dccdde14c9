import { Command } from 'commander'
import { auditFolder, type AuditReport } from '../../engine/deidentify/audit-folder.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { withJson } from '../options.ts'
import { linesText } from '../output.ts'

interface Options {
  readonly source: string[]
  readonly json?: boolean
}

export function auditCommand(context: CommandContext): Command {
  const command = new Command('audit')
    .argument('<dir>', 'a folder that is to be given away')
    .option(
      '--source <path...>',
      'the study it was made of: its names and identifiers are looked for in every byte',
      (path: string, before: string[]) => [...before, path],
      [],
    )
  return withJson(command).action(async (folder: string, options: Options) => {
    await runJob(context, options, async (hooks) => {
      const report = await auditFolder({ folder, source: options.source }, hooks)
      const ended = report.findings.length > 0 ? exitCode.failed : exitCode.done
      return { result: report, text: auditText(report), code: ended }
    })
  })
}

function auditText({ files, images, burnedInAnnotationUnsaid: unsaid, findings }: AuditReport): string {
  const note =
    unsaid === 0
      ? []
      : [`Note: ${unsaid} images do not say whether text is burnt into them; look at their pixels.`]
  if (findings.length === 0)
    return linesText([`Nothing found in ${files} files, ${images} of them DICOM.`, ...note])
  const lines = findings.map(
    ({ finding, files: of }) =>
      `  ${finding} (${of.length} files: ${of[0] ?? ''}${of.length > 1 ? ', …' : ''})`,
  )
  return linesText([
    `${findings.length} findings in ${files} files, ${images} of them DICOM:`,
    ...lines,
    ...note,
  ])
}
