import { internalError } from '../../core/errors.ts'
import type { MeasuredSlice } from '../../core/evaluate/measures.ts'
import type { EvaluatedRow, Said } from '../../core/evaluate/robustness.ts'
import { oncePerVolume } from '../../core/evaluate/headline.ts'
import type { CellResult, CellSlice } from '../compare/cell-result.ts'
import type { StudyImage } from '../study/open-study.ts'

/** Numbers of patients, from 1, by SOP Instance UID: which is which, and no more of who they are. */
export type Patients = ReadonlyMap<string, number>

/** By Patient ID; where there is none, each study is taken for a patient of its own. */
export function patientsOf(images: readonly StudyImage[]): Patients {
  const numbers = new Map<string, number>()
  return new Map(
    images.map(({ sopInstanceUid, header: { patientId, studyInstanceUid } }) => {
      const who = patientId === undefined ? `study ${studyInstanceUid ?? ''}` : `patient ${patientId}`
      const number = numbers.get(who) ?? numbers.size + 1
      numbers.set(who, number)
      return [sopInstanceUid, number]
    }),
  )
}

/** Names an answer: the volume's, or the frame's. */
export function keyOf({
  volume,
  sopInstanceUid,
  frame,
}: Pick<CellSlice, 'volume' | 'sopInstanceUid' | 'frame'>): string {
  return volume ?? `${sopInstanceUid} ${frame}`
}

/** A cell's answers, each once. */
export function evaluatedRows(
  { slices }: CellResult,
  patients: Patients,
  isTargeted: boolean,
): EvaluatedRow[] {
  return oncePerVolume(slices).map((slice) => ({
    key: keyOf(slice),
    patient: numberOf(patients, slice.sopInstanceUid),
    success: slice.success,
    metBefore: slice.metBefore,
    label: slice.label,
    labelled: slice.scores?.labelled ?? [],
    before: saidBefore(slice, isTargeted),
    after: saidAfter(slice, isTargeted),
  }))
}

/** A cell's slices as far as Dice, HD95 and mAP look at them. */
export function measuredSlices({ slices }: CellResult, patients: Patients): MeasuredSlice[] {
  return slices.map(({ sopInstanceUid, segments, boxes }) => ({
    patient: numberOf(patients, sopInstanceUid),
    segments,
    boxes,
  }))
}

function numberOf(patients: Patients, sopInstanceUid: string): number {
  const number = patients.get(sopInstanceUid)
  if (number === undefined) throw internalError('an image of a cell is not of the study')
  return number
}

function saidBefore(
  { label, predictionBefore: text, confidenceBefore, metBefore, scores }: CellSlice,
  isTargeted: boolean,
): Said {
  const isRight = scores || isTargeted ? text === label : !metBefore
  return { isRight, text, confidence: confidenceBefore, ...scoresOf(scores?.before) }
}

function saidAfter(
  { label, predictionAfter: text, confidenceAfter, success, scores }: CellSlice,
  isTargeted: boolean,
): Said {
  const isRight = scores || isTargeted ? text === label : !success
  return { isRight, text, confidence: confidenceAfter, ...scoresOf(scores?.after) }
}

function scoresOf(scores: NonNullable<CellSlice['scores']>['before'] | undefined) {
  return scores ?? { classes: [], probabilities: [] }
}

/** The answers of all cells by their keys, each with the SOP Instance UID of a slice of it. */
export function answerKeys(cells: readonly CellResult[]): ReadonlyMap<string, string> {
  return new Map(
    cells.flatMap(({ slices }) => slices.map((slice) => [keyOf(slice), slice.sopInstanceUid] as const)),
  )
}
