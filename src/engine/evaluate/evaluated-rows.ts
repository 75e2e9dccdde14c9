import { internalError } from '../../core/errors.ts'
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

/** A cell's answers, each once. */
export function evaluatedRows(
  { slices }: CellResult,
  patients: Patients,
  isTargeted: boolean,
): EvaluatedRow[] {
  return oncePerVolume(slices).map((slice) => ({
    key: slice.volume ?? `${slice.sopInstanceUid} ${slice.frame}`,
    patient: numberOf(patients, slice.sopInstanceUid),
    success: slice.success,
    metBefore: slice.metBefore,
    label: slice.label,
    labelled: slice.scores?.labelled ?? [],
    before: saidBefore(slice, isTargeted),
    after: saidAfter(slice, isTargeted),
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
