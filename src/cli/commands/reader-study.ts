import { Command } from 'commander'
import type { ArmContrast } from '../../core/evaluate/reader-scores.ts'
import { decimal, percent } from '../../core/number-texts.ts'
import { makeReaderStudy } from '../../engine/reader-study/make-study.ts'
import { scoreStudy, type StudyScores } from '../../engine/reader-study/score-study.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob, type JobOptions } from '../job.ts'
import { home, integer, withJson, withStudy, type StudyOptions } from '../options.ts'
import { linesText, tableText } from '../output.ts'
import { identityOf, type IdentityOptions, withIdentity } from '../profile-options.ts'

export function readerStudyCommand(context: CommandContext): Command {
  return new Command('reader-study').addCommand(makePart(context)).addCommand(scorePart(context))
}

interface MakeOptions extends StudyOptions, IdentityOptions, JobOptions {
  readonly out: string
  readonly seed: number
}

function makePart(context: CommandContext): Command {
  const make = new Command('make')
    .description('mix clean, adversarial and noisy images of an export under blinded names')
    .argument('<run>', 'the folder of a finished attack')
  withIdentity(withStudy(make))
    .option('--seed <n>', 'seed of the order, the parts and the noise', integer, 0)
    .requiredOption('--out <dir>', 'a new or empty folder')
  return withJson(make).action((run: string, options: MakeOptions) =>
    runJob(context, options, async (hooks) => {
      const { study: source, out, seed } = options
      const request = { run, source, out, seed, identity: identityOf(options), home: home() }
      const { folder, key } = await makeReaderStudy(request, hooks)
      const text = linesText([
        `${key.images.length} images, of which a third each is clean, adversarial, and noise of the same size`,
        `For readers   ${folder}/readers: study.html, and the same images as DICOM`,
        `For you       ${folder}/key.json, which says what is what: keep it from them`,
      ])
      return { result: { folder, key }, text, code: exitCode.done }
    }),
  )
}

interface ScoreOptions extends JobOptions {
  readonly key: string
}

function scorePart(context: CommandContext): Command {
  const score = new Command('score')
    .description('score readers’ answers: accuracy and AUC, with intervals')
    .argument('<answers...>', 'the CSVs that the page has saved')
    .requiredOption('--key <file>', 'key.json of the study')
  return withJson(score).action((files: string[], options: ScoreOptions) =>
    runJob(context, options, async () => {
      const scores = await scoreStudy(options.key, files)
      return { result: scores, text: scoresText(scores), code: exitCode.done }
    }),
  )
}

function scoresText({ study, images, readers }: StudyScores): string {
  const rows = readers.flatMap(({ reader, contrasts }) =>
    contrasts.map((each) => [reader, ...contrastTexts(each)]),
  )
  const missing = readers.filter(({ unanswered }) => unanswered > 0)
  return (
    tableText([['reader', 'tells', 'accuracy', '95 %', 'AUC', '95 %'], ...rows]) +
    linesText([
      `Study ${study}, ${images} images. Intervals by Wilson and DeLong, as if images were independent.`,
      ...missing.map(({ reader, unanswered }) => `${reader} has not judged ${unanswered} images`),
    ])
  )
}

function contrastTexts({ from, to, accuracy, auc }: ArmContrast): string[] {
  const interval = auc?.interval
  return [
    `${to} from ${from}`,
    `${accuracy.successes} of ${accuracy.count} (${percent(accuracy.rate)})`,
    `${percent(accuracy.lower)} to ${percent(accuracy.upper)}`,
    auc === null ? '–' : decimal(auc.value, 3),
    interval ? `${decimal(interval.lower, 3)} to ${decimal(interval.upper, 3)}` : '–',
  ]
}
