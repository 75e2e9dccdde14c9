import { Command } from 'commander'
import { fetchStudy } from '../../engine/network/fetch-study.ts'
import { findStudies, type FoundStudies } from '../../engine/network/find-studies.ts'
import { sendExport } from '../../engine/network/send-export.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob, type JobOptions } from '../job.ts'
import { home, withJson } from '../options.ts'
import { failuresText, linesText, tableText } from '../output.ts'

interface NodeOptions extends JobOptions {
  readonly node: string
}

interface FindOptions extends NodeOptions {
  readonly patient?: string
  readonly name?: string
  readonly date?: string
  readonly modality?: string
  readonly accession?: string
}

/** `radversary find`: studies of an archive. */
export function findCommand(context: CommandContext): Command {
  const find = onNode(new Command('find'))
    .option('--patient <id>', 'Patient ID; * stands for any characters')
    .option('--name <name>', 'Patient’s Name, as FAMILY^GIVEN; * stands for any characters')
    .option('--date <date>', 'Study Date: YYYYMMDD, or YYYYMMDD-YYYYMMDD')
    .option('--modality <modality>', 'a modality in the study, such as CT')
    .option('--accession <number>', 'Accession Number')
  return withJson(find).action((options: FindOptions) =>
    runJob(context, options, async (hooks) => {
      const { node, patient, name, date, modality, accession } = options
      const query = {
        patientId: patient,
        patientName: name,
        studyDate: date,
        modality,
        accessionNumber: accession,
      }
      const found = await findStudies({ home: home(), node, query }, hooks)
      return { result: found, text: foundText(found), code: exitCode.done }
    }),
  )
}

function foundText({ studies, isCut }: FoundStudies): string {
  if (studies.length === 0) return 'No study matches.\n'
  const head = ['Date', 'Modality', 'Images', 'Patient ID', 'Patient', 'Description', 'Study Instance UID']
  const rows = studies.map((study) => [
    ...[study.studyDate, study.modalities, study.images, study.patientId, study.patientName],
    ...[study.description, study.studyInstanceUid],
  ])
  const more = isCut ? [`More than ${studies.length} studies match: narrow the search.`] : []
  return tableText([head, ...rows]) + linesText(more)
}

interface FetchOptions extends NodeOptions {
  readonly study: string
  readonly series?: string
  readonly out: string
}

/** `radversary fetch`: a study from an archive into a folder. */
export function fetchCommand(context: CommandContext): Command {
  const fetching = onNode(new Command('fetch'))
    .requiredOption('--study <uid>', 'Study Instance UID, as `radversary find` lists it')
    .option('--series <uid>', 'Series Instance UID; default: all series')
    .requiredOption('--out <dir>', 'a new or empty folder, or that of an interrupted fetch')
  return withJson(fetching).action((options: FetchOptions) =>
    runJob(context, options, async (hooks) => {
      const { node, study, series, out } = options
      const report = await fetchStudy({ home: home(), node, study, series, out }, hooks)
      const { images, kept, fetched, folder, failures } = report
      const text = linesText([
        `Fetched       ${fetched} of ${images} images from ${node}${kept > 0 ? `; ${kept} were there` : ''}`,
        `Written to    ${folder}`,
      ])
      return { result: report, text: text + failuresText(failures), code: codeOf(failures) }
    }),
  )
}

interface SendOptions extends NodeOptions {
  readonly yesTo?: string
}

/** `radversary send`: an export to a research archive. */
export function sendCommand(context: CommandContext): Command {
  const send = onNode(new Command('send'))
    .argument('<export>', 'folder that an attack or a de-identification wrote')
    .option('--yes-to <node>', 'confirms, by its name, that the images are to go to this node')
  return withJson(send).action((folder: string, options: SendOptions) =>
    runJob(context, options, async (hooks) => {
      const { node, yesTo } = options
      const report = await sendExport({ home: home(), node, folder, yesTo }, hooks)
      const { images, kept, sent, failures } = report
      const text = linesText([
        `Sent          ${sent} of ${images} images to ${node}${kept > 0 ? `; ${kept} were there` : ''}`,
      ])
      return { result: report, text: text + failuresText(failures), code: codeOf(failures) }
    }),
  )
}

function onNode(command: Command): Command {
  return command.requiredOption('--node <name>', 'an archive that was set up (`radversary node`)')
}

function codeOf(failures: readonly unknown[]) {
  return failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
}
