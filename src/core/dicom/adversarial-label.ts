import type { DataSet } from 'dicom-parser'
import { textOf } from './attributes.ts'
import { contribution, derivedLabels } from './write/own-texts.ts'

/** The three places of the label that every image derived by an attack has (docs/export.md). */
const places = {
  'Series Description': (dataSet: DataSet) =>
    /^(Adversarial|Smoothed input|Perturbation|Segmentation)\b/.test(textOf(dataSet, 'x0008103e') ?? ''),
  'Image Comments': (dataSet: DataSet) => labels.has(textOf(dataSet, 'x00204000') ?? ''),
  'Contributing Equipment': (dataSet: DataSet) =>
    (dataSet.elements['x0018a001']?.items ?? []).some(
      ({ dataSet: item }) => item !== undefined && textOf(item, 'x0018a003') === contribution,
    ),
} as const

const labels = new Set<string>(Object.values(derivedLabels))

/** Where an image says that an attack made it, and where it does not. */
export interface FoundLabel {
  readonly present: readonly string[]
  readonly missing: readonly string[]
}

export function adversarialLabelIn(dataSet: DataSet): FoundLabel {
  const names = Object.entries(places)
  return {
    present: names.filter(([, isThere]) => isThere(dataSet)).map(([name]) => name),
    missing: names.filter(([, isThere]) => !isThere(dataSet)).map(([name]) => name),
  }
}
