import type { DataSet } from 'dicom-parser'
import { textOf } from './attributes.ts'
import { contribution, derivedLabels } from './write/own-texts.ts'
import { encodedFor } from './write/provenance.ts'
import type { SourceInstance } from './write/part10.ts'
import { textValue } from './write/source-values.ts'
import type { Change } from './write/splice.ts'
import { tag } from './write/tags.ts'

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

/** What a Series Description of ours begins with; what follows may be of the source. */
const series = /^(?:Adversarial segmentation|Adversarial|Smoothed input|Perturbation|Segmentation)\b/

const comments = Object.values(derivedLabels)

/** Whether an element is our item's Contribution Description, which says ADVERSARIAL and names nobody. */
export function isContribution(at: number, text: string): boolean {
  return at === tag.ContributionDescription && text === contribution
}

/**
 * The label of an image that an attack made (docs/export.md), without what the source's own texts have added:
 * whatever is cleaned, an adversarial image says that it is one. Only what cleaning would change.
 */
export function keptLabel(source: SourceInstance, cleaned: ReadonlyMap<number, Change>): Map<number, Change> {
  const comment = textValue(source, tag.ImageComments) ?? ''
  const label = comments.find((each) => comment.startsWith(each))
  const words =
    label === undefined ? undefined : series.exec(textValue(source, tag.SeriesDescription) ?? '')?.[0]
  const texts = [
    { tag: tag.SeriesDescription, vr: 'LO', value: words },
    { tag: tag.ImageComments, vr: 'LT', value: label },
  ] as const
  return new Map(
    texts.flatMap(({ value, ...element }) =>
      value === undefined || !cleaned.has(element.tag)
        ? []
        : [[element.tag, encodedFor(source, { ...element, value })] as const],
    ),
  )
}
