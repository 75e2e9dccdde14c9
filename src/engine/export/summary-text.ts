import { decimal, percent } from '../../core/number-texts.ts'
import { defenceSeen } from '../../core/model/defence-report.ts'
import { memberResults } from '../../core/attacks/attack-result.ts'
import type { Proportion } from '../../core/evaluate/statistics.ts'
import type { AttackWarning } from '../../core/evaluate/warnings.ts'
import type { MeanSegment } from '../../core/evaluate/segments.ts'
import type { AttackRecord } from '../export/record.ts'
import { settingText } from '../attack/method-settings.ts'

/** A run in a dozen lines, for people: summary.txt and what the command line prints. */
export function summaryText(record: AttackRecord): string {
  const { attack, model, summary, failures, device, labels } = record
  const settings = Object.entries(attack.settings).map(([name, value]) => `${name} ${settingText(value)}`)
  const goal = attack.target === null ? 'away from the label' : `towards ${attack.target}`
  const lines = [
    ...warningLines(record, (check) => check === 'wrong-before'),
    `Attack       ${attack.title}, ${goal}`,
    `Settings     ${settings.join(', ')}, seed ${attack.seed}`,
    `Model        ${modelText(model)} (sha256 ${model.sha256.slice(0, 12)}…) on ${device.name}`,
    ...ensembleText(record),
    ...defenceText(record),
    `${countedText(record)}${failures.length > 0 ? `; ${failures.length} inputs failed, see record.json` : ''}`,
    `Labels       ${labels === 'file' ? 'from the labels file' : "the model's own predictions"}`,
    `Fooled       ${headlineText(record)}`,
    ...warningLines(record, (check) => check !== 'wrong-before'),
    ...judgesText(record),
    ...membersText(record),
    ...universalText(record),
    ...featuresText(record),
    ...agreementText(record),
    ...(summary.meanConfidenceBefore === null
      ? []
      : [
          `Confidence   ${percent(summary.meanConfidenceBefore)} before, ${percent(summary.meanConfidenceAfter)} after (means)`,
        ]),
    ...segmentsText(record),
    ...detectionText(record),
    `Perturbation Linf ${decimal(summary.window.meanLinf, 4)} of the window (${decimal(summary.stored.meanLinf, 1)} stored levels), L2 ${decimal(summary.window.meanL2, 2)} (means)`,
    `             PSNR ${decimal(summary.window.meanPsnr, 1)} dB, SSIM ${decimal(summary.window.meanSsim, 4)} in the window (means)`,
    record.notice,
  ]
  return `${lines.join('\n')}\n`
}

function warningLines(
  { warnings }: AttackRecord,
  isMeant: (check: AttackWarning['check']) => boolean,
): string[] {
  return warnings
    .filter(({ check }) => isMeant(check))
    .map(({ message, tip }) => `Warning      ${message} ${tip}`)
}

function ensembleText({ model: { ensemble } }: AttackRecord): string[] {
  if (ensemble === undefined) return []
  const others = ensemble.others.map(({ file, sha256 }) => `${file} (sha256 ${sha256.slice(0, 12)}…)`)
  return [`             with ${others.join(', ')}; ${ensemble.combination} are averaged`]
}

/** Held-out models, which no attack has seen. */
function judgesText({ judges = [] }: AttackRecord): string[] {
  const unsuited = (count: number) => (count === 0 ? '' : `; ${count} slices do not suit it`)
  return judges.map(
    (each) =>
      `Judged by    ${each.name} (sha256 ${each.sha256.slice(0, 12)}…): ${each.fooled.rate === null ? 'none' : proportion(each.fooled)} of those right before${unsuited(each.unsuited)}`,
  )
}

function defenceText({ attack: { defence } }: AttackRecord): string[] {
  if (defence === undefined) return []
  const draws = defence.draws === undefined ? '' : `, ${defence.draws} draws for each gradient`
  const steps = defence.steps.map(({ step }) => step).join(', ')
  return [`Defence      ${steps}; ${defenceSeen[defence.seen]}${draws}`]
}

/** How many slices there are, or volumes that have one answer each. */
function countedText({ summary, images }: AttackRecord): string {
  const frames = images.flatMap((image) => image.frames)
  if (frames.every(({ volume }) => volume === undefined)) return `Slices       ${summary.slices}`
  return `Volumes      ${summary.slices}, of ${frames.length} slices`
}

/** Fooled slices of those right before or, of an attack towards something, not as wanted before. */
function headlineText({ summary: { slices, metBefore, fooled }, attack }: AttackRecord): string {
  const [right, wrong] = attack.target === null ? ['right', 'wrong'] : ['not as wanted', 'as wanted']
  const met = metBefore === 0 ? '' : `; ${metBefore} of ${slices} were ${wrong} before`
  return `${fooled.rate === null ? 'none' : `${proportion(fooled)} of those ${right} before`}${met}`
}

/** Name of the model: its file's or, since TensorFlow.js calls every file model.json, its card's too. */
function modelText({ file, card }: AttackRecord['model']): string {
  return file.endsWith('.json') && typeof card['name'] === 'string'
    ? `${card['name']}, ${file} with its weights`
    : file
}

/** Who broke how many of the slices that still held at its turn; those wrong before left out. */
function membersText({ attack, images }: AttackRecord): string[] {
  if (attack.members === undefined) return []
  const results = memberResults(
    attack.members,
    images.flatMap(({ frames }) =>
      frames.filter(({ metBefore }) => !metBefore).map(({ success, member = '' }) => ({ success, member })),
    ),
  )
  return [
    `Members      ${results.map(({ member, succeeded, attacked }) => `${member} ${succeeded} of ${attacked}`).join(', ')}`,
  ]
}

/** The perturbations that images share, before they meet any image's bounds and stored values. */
function universalText({ universal = [] }: AttackRecord): string[] {
  const line = ({ file, images, linf, l2, epochs }: NonNullable<AttackRecord['universal']>[number]) =>
    `${file}, shared by ${images.length} images: Linf ${decimal(linf, 4)}, L2 ${decimal(l2, 2)}, ${epochs.length} epochs`
  return universal.map((each, i) => `${i === 0 ? 'Universal    ' : '             '}${line(each)}`)
}

/** Lines of attacks that hide: how unusual the features are for the class that the model sees. */
function featuresText({ hiding, images }: AttackRecord): string[] {
  if (hiding === undefined) return []
  const all = images.flatMap(({ frames }) => frames.flatMap(({ features }) => features ?? []))
  const mean = (which: 'before' | 'after') => meanOf(all.flatMap((each) => each[which] ?? []))
  return [
    `Features     squared deviation from clean ones of the predicted class ${mean('before')} before, ${mean('after')} after (means)`,
  ]
}

function meanOf(values: readonly number[]): string {
  return decimal(
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
    2,
  )
}

/** "AUC" or "Grades" lines, before and after. */
function agreementText({ agreement }: AttackRecord): string[] {
  if (agreement === undefined) return []
  const { before, after } = agreement
  const grades = before.grades &&
    after.grades && [
      `Grades       kappa ${decimal(before.grades.kappa, 3)} before, ${decimal(after.grades.kappa, 3)} after; mean absolute error ${decimal(before.grades.meanAbsoluteError, 2)} before, ${decimal(after.grades.meanAbsoluteError, 2)} after`,
    ]
  const aucs = before.auc?.map(
    ({ label, value }, k) => `${label} ${decimal(value, 3)} to ${decimal(after.auc?.[k]?.value ?? null, 3)}`,
  )
  const errors = [before, after].map(({ meanAbsoluteError }) => meanAbsoluteError)
  if (errors.every((error) => error !== undefined))
    return [
      `Error        ${errors.map((error) => decimal(error, 3)).join(' before, ')} after (mean absolute)`,
    ]
  return [...(grades ?? []), ...(aucs === undefined ? [] : [`AUC          ${aucs.join(', ')}`])]
}

/** Lines of a segmentation, one for each class. */
function segmentsText({ summary: { segments } }: AttackRecord): string[] {
  if (segments === undefined) return []
  const unit = segments.distanceUnit ?? ''
  const change = (before: number | null, after: number | null, digits: number) =>
    `${decimal(before, digits)} to ${decimal(after, digits)}`
  const line = (each: MeanSegment) =>
    `${each.class}: Dice ${change(each.diceBefore, each.diceAfter, 3)}, IoU ${change(each.iouBefore, each.iouAfter, 3)}, HD95 ${change(each.hd95Before, each.hd95After, 1)} ${unit}`
  return segments.classes.map(
    (each, i) => `${i === 0 ? 'Segments     ' : '             '}${line(each).trim()}`,
  )
}

/** Lines of a detection: average precision interpolated at all points, as PASCAL VOC's. */
function detectionText({ summary: { detections } }: AttackRecord): string[] {
  if (detections === undefined) return []
  const { before, after } = detections
  const precision = `mAP@0.5 (all points) ${decimal(before.meanAveragePrecision, 3)} to ${decimal(after.meanAveragePrecision, 3)}`
  const recall = `recall ${decimal(before.recall, 3)} to ${decimal(after.recall, 3)} of ${before.boxes} boxes`
  const wrong = `${decimal(before.falsePositivesPerImage, 2)} to ${decimal(after.falsePositivesPerImage, 2)} false positives per image`
  return [`Detection    ${precision}, ${recall}, ${wrong}`]
}

function proportion({ successes, count, rate, lower, upper }: Proportion): string {
  return `${successes} of ${count} (${percent(rate)}, 95 % interval ${percent(lower)} to ${percent(upper)})`
}
