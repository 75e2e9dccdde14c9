import { percent } from '../../core/number-texts.ts'
import { html, type Markup } from './html.ts'
import type { EvaluatedCase, EvaluatedModel } from './evaluation.ts'

/** PNG by their paths in the evaluation's folder. */
export type Pictures = ReadonlyMap<string, Uint8Array>

const kinds = {
  worst: 'Worst: fooled with the most confidence',
  median: 'Median of those fooled',
  withstood: 'Withstood, with the least confidence left',
} as const

/** Three images that stand for others, in pictures. */
export function gallery({ cases }: EvaluatedModel, pictures: Pictures): Markup | null {
  if (cases.length === 0) return null
  return html`<h3>Cases</h3>
    <p>
      These are pixels of the study: give the report to nobody who may not see them, or make it with
      <code>--no-pictures</code>. From the left: original, adversarial, perturbation. Large images are
      reduced, the perturbation to the largest change of each block.
    </p>
    ${cases.map((each) => shownCase(each, pictures))}
    <p class="scale"><span>− budget</span> <span class="bar"></span> <span>+ budget</span></p> `
}

function shownCase(each: EvaluatedCase, pictures: Pictures): Markup {
  const { kind, method, image, patient, label, before, after } = each
  const said = ({ text, confidence }: EvaluatedCase['before']) =>
    confidence === null ? text : `${text} (${percent(confidence)})`
  return html`<figure class="case">
    ${pictured(each, pictures)}
    <figcaption>
      ${kinds[kind]}, by ${method}. Image ${image}, patient ${patient}, label ${label}: ${said(before)}
      before, ${said(after)} after.
    </figcaption>
  </figure> `
}

function pictured({ pictures: paths }: EvaluatedCase, pictures: Pictures): Markup {
  if (paths === null) return html`<p>Attacked alone, it came to another answer, so it is not shown.</p>`
  const { original, adversarial, perturbation } = paths
  return html`<div class="row">
    ${Object.entries({ original, adversarial, perturbation }).map(
      ([name, path]) => html`<img alt="${name}" src="${dataUri(pictures.get(path))}" />`,
    )}
  </div> `
}

function dataUri(png: Uint8Array | undefined): string {
  return `data:image/png;base64,${Buffer.from(png ?? []).toString('base64')}`
}
