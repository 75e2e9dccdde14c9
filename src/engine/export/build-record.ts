import type { Learned } from '../../core/attacks/learned.ts'
import { summarise } from '../../core/evaluate/summary.ts'
import { oncePerVolume } from '../../core/evaluate/headline.ts'
import { warningsOf, type AttackEvidence } from '../../core/evaluate/warnings.ts'
import type { SliceMetrics } from '../../core/evaluate/slice-metrics.ts'
import type { Notice } from '../../core/errors.ts'
import { namesOf, type ModelCard } from '../../core/model/card.ts'
import { departs } from '../../core/model/references.ts'
import { answerOf, answerText } from '../../core/tasks/answers.ts'
import { boxCounts } from '../../core/tasks/detection/report.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import type { InputFailure } from '../study/failures.ts'
import { version } from '../version.ts'
import type { Ensemble } from '../models/open-model.ts'
import type { AttackRun } from '../attack/attack-run.ts'
import { boundOf, evidenceOf, memberNamesOf } from '../attack/evidence.ts'
import { recordedIdentityOf } from '../deidentify/export-identity.ts'
import { failuresFor } from './nameless.ts'
import { fittedReport, type LearnedOfRun } from './learned.ts'
import type { FrameReport, ImageResult } from '../export/image-result.ts'
import {
  attackRecordSchema,
  researchNotice,
  type AttackRecord,
  type JudgedBy,
  type RecordedFrame,
  type RecordedImage,
  type RecordedPicture,
} from '../export/record.ts'

interface RunOutcome {
  readonly failures: readonly InputFailure[]
  readonly notices: readonly Notice[]
  /** What the method has learned, and what of it is kept. */
  readonly learned: readonly Learned[]
  readonly kept: LearnedOfRun
  /** Files beside DICOM; undefined where none were asked for. */
  readonly pictures: readonly RecordedPicture[] | undefined
  /** What held-out models say. */
  readonly judges: readonly JudgedBy[]
}

/** A run's record from what became of its images. */
export function buildRecord(
  run: AttackRun,
  images: readonly RecordedImage[],
  { failures, notices, learned, kept, pictures, judges }: RunOutcome,
): AttackRecord {
  const { request, method, opened, device, exportId } = run
  return {
    schema: attackRecordSchema,
    notice: researchNotice,
    exportId,
    software: { name: 'Radversary', version },
    model: recordedModel(run),
    attack: recordedAttackOf(run),
    ...(request.identity && { identity: recordedIdentityOf(run.identity) }),
    device: { ...device, batch: request.batch },
    labels: request.labels === undefined ? 'prediction' : 'file',
    ...learnedParts(run, learned, kept),
    images: [...images],
    ...(pictures && { pictures: [...pictures] }),
    ...(judges.length > 0 && { judges: [...judges] }),
    failures: failuresFor(run.identity, failures).map(({ file, code, message, tip }) => ({
      file,
      code,
      message,
      tip: tip ?? null,
    })),
    notices: notices.map(({ message, tip }) => ({ message, tip })),
    ...(request.labels !== undefined && agreementOf(opened.card, images)),
    summary: {
      ...summarise(sliceMetrics(images, method.name, opened.card)),
      ...rulesOf(opened.card.task).summary(
        opened.card,
        images.flatMap(({ frames }) => frames),
      ),
    },
    warnings: warningsOf([runEvidence(run, images)]),
  }
}

function recordedModel({ opened, references }: AttackRun): AttackRecord['model'] {
  return {
    file: fileName(opened.path),
    sha256: opened.sha256,
    card: opened.card,
    proposed: [...opened.proposed],
    ...(references && { references: references }),
    ...(opened.ensemble && { ensemble: recordedEnsemble(opened.ensemble) }),
  }
}

function recordedEnsemble({ combination, others }: Ensemble): AttackRecord['model']['ensemble'] {
  const members = others.map(({ path, sha256, card }) => ({ file: fileName(path), sha256, card }))
  return { combination, others: members }
}

/** What the attack was asked, and what its method made of that. */
function recordedAttackOf(run: AttackRun): AttackRecord['attack'] {
  const { request, method, goal, region } = run
  const members = memberNamesOf(method)
  return {
    method: method.name,
    title: method.entry.title,
    source: method.entry.source === undefined ? null : { ...method.entry.source },
    equation: method.entry.equation,
    ...(members && { members }),
    settings: method.settings,
    criterion: goal.maker.criterion,
    target: goal.target,
    ...(goal.loss && { loss: { ...goal.loss } }),
    region: region?.sha256 ?? null,
    ...(run.wanted && { targetMasks: run.wanted.sha256 }),
    earlyStop: request.earlyStop,
    seed: request.seed,
    slices: request.slices,
    ...(run.forceIntensity && { forceIntensity: true }),
    ...(departs(run.references) && { forceReferences: true as const }),
    ...(run.opened.straightThrough && { straightThrough: true as const }),
    ...(run.defence && { defence: run.defence }),
  }
}

/** Perturbations that images share, or what was fitted to clean ones. */
function learnedParts(
  { method, opened }: AttackRun,
  learned: readonly Learned[],
  { perturbations }: LearnedOfRun,
): Pick<AttackRecord, 'universal' | 'hiding'> {
  const fitted = learned.find((each) => each.kind === 'features')
  if (fitted !== undefined) return { hiding: fittedReport(method.inner ?? [], fitted, namesOf(opened.card)) }
  return method.learns === undefined ? {} : { universal: [...perturbations] }
}

function runEvidence(
  { method, opened, goal, defence }: AttackRun,
  images: readonly RecordedImage[],
): AttackEvidence {
  const slices = images.flatMap(({ frames }) =>
    frames.map(({ volume, success, metBefore, before, stored, budgetUsed, gradients }) => ({
      volume,
      success,
      metBefore,
      budgetUsed,
      gradients,
      confidenceBefore: before.confidence,
      changed: stored.changed,
    })),
  )
  const { task } = opened.card
  return evidenceOf({ ...boundOf(method), method: method.name, task, target: goal.target, slices, defence })
}

function agreementOf(card: ModelCard, images: readonly RecordedImage[]): Pick<AttackRecord, 'agreement'> {
  const frames = oncePerVolume(images.flatMap((image) => image.frames))
  const of = (which: 'before' | 'reread') =>
    rulesOf(card.task).taskAgreement(
      card,
      frames.map(({ label, labelValue, [which]: predicted }) => ({
        label: answerOf({ classes: label, value: labelValue }),
        predicted,
      })),
    )
  const [before, after] = [of('before'), of('reread')]
  return before && after ? { agreement: { before, after } } : {}
}

/** An image's result without its iterations and masks, which stay in its own file. */
export function recordedImage(
  { schema, notices, frames, ...image }: ImageResult,
  result: string,
): RecordedImage {
  return { ...image, result, frames: frames.map(recordedFrame) }
}

function recordedFrame({ trace, masks, ...frame }: FrameReport): RecordedFrame {
  return frame
}

/** A row for each frame; predictions and success are those of the pixels read back. */
export function sliceMetrics(
  images: readonly RecordedImage[],
  method: string,
  card: ModelCard,
): SliceMetrics[] {
  const text = answerText(card)
  return images.flatMap(({ file, sopInstanceUid, exported, frames }) =>
    frames.map(
      ({
        frame,
        volume,
        label,
        labelValue,
        before,
        reread,
        success,
        metBefore,
        iterations,
        segments,
        boxes,
        window,
        stored,
      }) => ({
        file,
        exported: exported.series.path,
        sopInstanceUid,
        frame,
        ...(volume === undefined ? {} : { volume }),
        method,
        label: text(answerOf({ classes: label, value: labelValue })),
        predictionBefore: text(answerOf(before)),
        confidenceBefore: before.confidence,
        predictionAfter: text(answerOf(reread)),
        confidenceAfter: reread.confidence,
        success,
        metBefore,
        iterations,
        ...(segments && { segments }),
        ...(boxes && { detections: boxCounts(boxes) }),
        window,
        stored,
      }),
    ),
  )
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}
