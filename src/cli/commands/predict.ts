import { byAnswer } from '../../core/evaluate/headline.ts'
import { decimal, percent } from '../../core/number-texts.ts'
import { Command } from 'commander'
import type { z } from 'zod'
import { predictStudy } from '../../engine/predict/predict-study.ts'
import type { PredictReport } from '../../engine/predict/predict-report.ts'
import { attackSpec } from '../../core/spec/attack-spec.ts'
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
import { withFields } from '../spec-options.ts'
import { failuresText, tableText } from '../output.ts'

/** What a prediction takes of an attack. */
const predictSpec = attackSpec.pick({ labels: true, forceIntensity: true, forceReferences: true })

interface Options extends StudyOptions, ModelOptions, DeviceOptions, Partial<z.output<typeof predictSpec>> {
  readonly json?: boolean
}

export function predictCommand(context: CommandContext): Command {
  const command = new Command('predict')
  withFields(withModel(withStudy(command)), predictSpec)
  return withJson(withDevice(command)).action(async (options: Options) => {
    await runJob(context, options, async (hooks) => {
      const report = await predictStudy({ ...options, home: home() }, hooks)
      const ended = report.failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
      return { result: report, text: predictText(report), code: ended }
    })
  })
}

function predictText({
  predictions,
  agreement,
  taskAgreement,
  segments,
  detection,
  classes,
  failures,
}: PredictReport): string {
  const several = predictions.some(({ frame, volume }) => frame > 1 && volume === undefined)
  const rows = byAnswer(predictions).flatMap((same) =>
    same
      .slice(0, 1)
      .map(({ file, frame, volume, prediction, confidence, label }) => [
        volume === undefined ? `${file}${several ? ` #${frame}` : ''}` : `${volume}, ${same.length} slices`,
        prediction,
        confidence === null ? '' : percent(confidence),
        label === null ? '' : label === prediction || agreement === null ? label : `${label} (wrong)`,
      ]),
  )
  const table = tableText([
    ['image', 'prediction', 'confidence', predictions.some(({ label }) => label !== null) ? 'label' : ''],
    ...rows,
  ])
  return `${table}${agreement === null ? '' : agreementText(agreement, classes)}${taskText(taskAgreement)}${segmentsText(segments)}${boxesText(predictions, classes)}${detectionText(detection, classes)}${failuresText(failures)}`
}

function agreementText(
  { accuracy, confusion }: NonNullable<PredictReport['agreement']>,
  classes: readonly string[],
): string {
  const { successes, count, rate, lower, upper } = accuracy
  const interval = `95 % interval ${percent(lower)} to ${percent(upper)}`
  const line = `\n${successes} of ${count} right (${percent(rate)}, ${interval})\n`
  if (confusion === null) return line
  const rows = confusion.map((row, index) => [classes[index] ?? '', ...row.map(String)])
  return `${line}${tableText([['label \\ prediction', ...classes], ...rows])}`
}

function taskText(agreement: PredictReport['taskAgreement']): string {
  const { grades, auc, meanAbsoluteError } = agreement ?? {}
  if (grades !== undefined)
    return `\nQuadratic weighted kappa ${decimal(grades.kappa, 3)}, mean absolute error ${decimal(grades.meanAbsoluteError, 3)} grades\n`
  if (meanAbsoluteError !== undefined) return `\nMean absolute error ${decimal(meanAbsoluteError, 3)}\n`
  if (auc === undefined) return ''
  const rows = auc.map(({ label, value, interval, positives, negatives }) => [
    ...[
      label,
      decimal(value, 3),
      interval === null ? '–' : `${decimal(interval.lower, 3)} to ${decimal(interval.upper, 3)}`,
    ],
    ...[String(positives), String(negatives)],
  ])
  return `\n${tableText([['label', 'AUC', 'bootstrap 95 %', 'with it', 'without'], ...rows])}`
}

function segmentsText(segments: PredictReport['segments']): string {
  if (segments === null) return ''
  const rows = segments.map((each) => [
    each.class,
    decimal(each.dice, 3),
    decimal(each.iou, 3),
    decimal(each.hd95, 3),
  ])
  return `\n${tableText([['class', 'Dice', 'IoU', `HD95 (${segments[0]?.distanceUnit ?? ''})`], ...rows])}`
}

/** A line for each box. */
function boxesText(predictions: PredictReport['predictions'], classes: readonly string[]): string {
  const rows = predictions.flatMap(({ file, boxes = [] }) =>
    boxes.map((box) => [
      ...[file, classes[box.class] ?? '', percent(box.score)],
      ...[box.x0, box.y0, box.x1, box.y1].map((corner) => corner.toFixed(1)),
    ]),
  )
  return rows.length === 0
    ? ''
    : `\n${tableText([['image', 'box', 'score', 'x0', 'y0', 'x1', 'y1'], ...rows])}`
}

function detectionText(detection: PredictReport['detection'], classes: readonly string[]): string {
  if (detection === null) return ''
  const rows = detection.classes.map((each) => [
    classes[each.class] ?? '',
    String(each.boxes),
    decimal(each.averagePrecision, 3),
  ])
  const { meanAveragePrecision, recall, falsePositivesPerImage } = detection
  const line = `mAP@0.5 (all points) ${decimal(meanAveragePrecision, 3)}, recall ${decimal(recall, 3)}, ${falsePositivesPerImage.toFixed(2)} false positives per image`
  return `\n${line}\n${tableText([['class', 'boxes', 'average precision'], ...rows])}`
}
