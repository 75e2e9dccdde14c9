import { join } from 'node:path'
import { Command, Option } from 'commander'
import { type DatasetFormat, datasetFormats } from '../../engine/dataset/dataset-record.ts'
import { type DatasetReport, makeDataset } from '../../engine/dataset/make-dataset.ts'
import { splitsOf, usualSplits } from '../../engine/dataset/splits.ts'
import { applicationFolder } from '../application-folder.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob, type JobOptions } from '../job.ts'
import { home, integer, withJson, withStudy, type StudyOptions } from '../options.ts'
import { linesText, tableText } from '../output.ts'
import { identityOf, type IdentityOptions, withIdentity } from '../profile-options.ts'

interface Options extends StudyOptions, IdentityOptions, JobOptions {
  readonly format: DatasetFormat
  readonly split: readonly string[]
  readonly seed: number
  readonly onlyFooled?: boolean
  readonly out: string
}

export function datasetCommand(context: CommandContext): Command {
  const command = new Command('dataset')
    .description('make a training set of attacks: clean and adversarial images with labels, split by patient')
    .argument('<runs...>', 'the folders of finished attacks')
  withIdentity(withStudy(command))
    .addOption(
      new Option('--format <format>', 'of the images').choices(datasetFormats).default(datasetFormats[0]),
    )
    .option('--split <shares...>', 'NAME=SHARE of the splits', [...usualSplits])
    .option('--seed <n>', 'seed of the splits', integer, 0)
    .option('--only-fooled', 'leave out adversarial images that did not fool the attacked model')
    .requiredOption('--out <dir>', 'a new or empty folder')
  return withJson(command).action((runs: string[], options: Options) =>
    runJob(context, options, async (hooks) => {
      const { study: source, format, split, seed, onlyFooled = false, out } = options
      const splits = splitsOf(split)
      const identity = identityOf(options)
      const loader = join(applicationFolder(), 'resources/python/radversary_dataset.py')
      const asked = { runs, source, format, splits, seed, onlyFooled, identity, out, home: home(), loader }
      const report = await makeDataset(asked, hooks)
      return { result: report, text: datasetText(report), code: exitCode.done }
    }),
  )
}

function datasetText({ folder, record: { splits, notice } }: DatasetReport): string {
  const rows = splits.map(({ name, patients, clean, adversarial }) =>
    [name, patients, clean, adversarial].map(String),
  )
  return (
    tableText([['split', 'patients', 'clean', 'adversarial'], ...rows]) +
    linesText(['', notice, `Written to   ${folder}: README.md says what it is`])
  )
}
