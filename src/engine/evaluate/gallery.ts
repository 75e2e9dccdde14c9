import { entry } from '../../core/entry.ts'
import { radialSpectrum } from '../../core/evaluate/spectrum.ts'
import { chooseCases, type ChosenCase } from '../../core/evaluate/cases.ts'
import { budgetToRelative, parseBudget } from '../../core/image/budget.ts'
import { contextOf } from '../../core/model/context.ts'
import { loadFrom } from '../compare/attack-cell.ts'
import { comparedStacks } from '../compare/compare-run.ts'
import type { RanComparison } from '../compare/compare-study.ts'
import type { Tensor } from '../../core/tensor/tensor.ts'
import type { FrameResult } from '../session/frame-attack.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { connectPixelModels } from '../session/lanes.ts'
import { preparedMethods } from '../session/preparation.ts'
import { attackStack, sessionAttack } from '../session/session.ts'
import { createImageLoader } from '../study/load-image.ts'
import { casePictures, type CasePictures } from './case-pictures.ts'
import { evaluatedRows, keyOf, type Patients } from './evaluated-rows.ts'
import type { EvaluatedCase, EvaluatedModel } from './evaluation.ts'
import { strongestOf } from './evaluation-figures.ts'

/** A case with its pictures; none where the attack, made alone, came to another answer. */
export interface PicturedCase {
  readonly about: Omit<EvaluatedCase, 'pictures' | 'spectrum'>
  readonly pictures: CasePictures | undefined
  readonly spectrum: readonly number[] | null
}

interface ToPicture {
  readonly ran: Pick<RanComparison, 'run' | 'cells'>
  readonly patients: Patients
  readonly isTargeted: boolean
  readonly signal: AbortSignal | undefined
}

/**
 * The worst, the median and a withstanding image of a model under its strongest method, each attacked again
 * for its pictures. None of models of stacks: an image of them has no answer of its own.
 */
async function galleryOf(
  evaluated: EvaluatedModel,
  index: number,
  { ran, patients, isTargeted, signal }: ToPicture,
): Promise<PicturedCase[]> {
  const { run, cells } = ran
  const compared = entry(run.models, index)
  const strongest = strongestOf(evaluated)
  const at = cells.findIndex(
    (cell) => cell.model === index && cell.method === strongest?.method && cell.budget === strongest.budget,
  )
  const planned = run.cells[at]
  if (strongest === undefined || planned === undefined || contextOf(compared.opened.card) > 0) return []
  const cell = entry(cells, at)
  const model = entry(await connectPixelModels({ ...compared, groups: 1 }), 0)
  const again = { run, compared, planned, model, signal }
  try {
    const found: PicturedCase[] = []
    for (const chosen of chooseCases(evaluatedRows(cell, patients, isTargeted))) {
      const slice = cell.slices.find((each) => keyOf(each) === chosen.row.key)
      if (slice === undefined) continue
      const results = await attackAgain(slice.sopInstanceUid, again)
      const result = results.find(({ frame }) => frame.index + 1 === slice.frame)
      const number = run.images.findIndex(({ sopInstanceUid }) => sopInstanceUid === slice.sopInstanceUid) + 1
      const about = aboutOf(chosen, { image: number, frame: slice.frame, method: strongest.method })
      const isSame = result?.outcome.success === slice.success
      const pictures = isSame ? picturesOf(result, strongest.budget) : undefined
      found.push({ about, pictures, spectrum: isSame ? radialSpectrum(changeOf(result)) : null })
    }
    return found
  } finally {
    await model.dispose()
  }
}

interface Again {
  readonly run: RanComparison['run']
  readonly compared: RanComparison['run']['models'][number]
  readonly planned: RanComparison['run']['cells'][number]
  readonly model: PixelModel
  readonly signal: AbortSignal | undefined
}

/** What a cell's attack makes of one image, which it attacks once more. */
async function attackAgain(
  uid: string,
  { run, compared, planned, model, signal }: Again,
): Promise<FrameResult[]> {
  const images = run.images.filter(({ sopInstanceUid }) => sopInstanceUid === uid)
  const session = {
    model,
    method: planned.method,
    methodFor: preparedMethods(planned.method, new Map()),
    batch: run.request.batch,
    load: loadFrom(compared, run, createImageLoader(compared.study, compared.opened.card, compared)),
    attack: sessionAttack({ ...compared, request: run.request, region: run.region }, signal),
    onIteration: () => undefined,
  }
  const results: FrameResult[] = []
  for (const stack of comparedStacks({ ...run, images }, compared))
    for await (const block of attackStack(stack, session))
      results.push(...block.batches.flat().map(({ result }) => result))
  return results
}

function aboutOf(
  { kind, row: { patient, label, before, after } }: ChosenCase,
  place: Pick<EvaluatedCase, 'image' | 'frame' | 'method'>,
): PicturedCase['about'] {
  return {
    kind,
    ...place,
    patient,
    label,
    before: { text: before.text, confidence: before.confidence },
    after: { text: after.text, confidence: after.confidence },
  }
}

/** @param budget as text with its unit; none where the method has none */
function picturesOf({ frame, adversarial }: FrameResult, budget: string | null): CasePictures | undefined {
  if (budget === null) return undefined
  const { relative } = frame.float
  const epsilon = budgetToRelative(parseBudget(budget), frame.scale)
  return casePictures({ original: relative, adversarial: frame.float.toRelative(adversarial) }, epsilon)
}

/** The perturbation [1, C, H, W], relative intensity. */
function changeOf({ frame, adversarial }: FrameResult): Tensor {
  const { relative } = frame.float
  const changed = frame.float.toRelative(adversarial)
  return { ...relative, data: changed.data.map((value, i) => value - entry(relative.data, i)) }
}

export type Gallery = readonly (readonly PicturedCase[])[]

/** Galleries of all models, in their order. */
export async function galleriesOf(models: readonly EvaluatedModel[], given: ToPicture): Promise<Gallery> {
  const all: PicturedCase[][] = []
  for (const [index, model] of models.entries()) all.push(await galleryOf(model, index, given))
  return all
}

/** Files of the pictures by their paths in the evaluation's folder. */
export function pictureFiles(gallery: Gallery): Map<string, Uint8Array> {
  return new Map(
    gallery.flatMap((cases, model) =>
      cases.flatMap(({ about: { kind }, pictures }) =>
        Object.entries(pictures ?? {}).map(
          ([name, bytes]) => [picturePath(model, kind, name), bytes as Uint8Array] as const,
        ),
      ),
    ),
  )
}

/** A model's cases as evaluation.json has them. */
export function casesOf(cases: readonly PicturedCase[], model: number): EvaluatedCase[] {
  return cases.map(({ about, pictures, spectrum }) => {
    const path = (name: string) => picturePath(model, about.kind, name)
    const paths = {
      original: path('original'),
      adversarial: path('adversarial'),
      perturbation: path('perturbation'),
    }
    return { ...about, pictures: pictures === undefined ? null : paths, spectrum: spectrum && [...spectrum] }
  })
}

function picturePath(model: number, kind: string, name: string): string {
  return `pictures/${kind}-${name}-${model + 1}.png`
}
