import type { ReferenceReport } from '../../../core/model/references.ts'
import { referencesOnCpu, referenceSentence } from '../../models/check-references.ts'
import { cardFilePaths } from '../../models/card-files.ts'
import { filesOfModel } from '../../models/read-model.ts'
import { addModel, type ModelToAdd } from '../../models/model-store.ts'
import { cardCandidates, openModel, type ModelReference, type OpenedModel } from '../../models/open-model.ts'
import type { TaskForm } from '../../../core/tasks/form.ts'
import { taskForm } from '../../../core/tasks/tasks.ts'
import type { ModelCard } from '../../../core/model/card.ts'
import type { TensorFacts } from '../../../core/model/model-facts.ts'

/** What there is to say of a model and its card, without the bytes. */
export interface ModelAbout {
  readonly sha256: string
  readonly bytes: number
  readonly card: ModelCard
  /** What is asked of an attack on it. */
  readonly form: TaskForm
  /** Fields of the card that were read off the file. */
  readonly proposed: readonly string[]
  /** Sentences: how a TensorFlow.js model is run. */
  readonly notices: readonly string[]
  /** What came of the card's references; null for a card without any. */
  readonly references: (Pick<ReferenceReport, 'departures'> & { readonly sentence: string }) | null
  /** Whether gradients can go straight through the rounding of its numbers. */
  readonly isQuantised: boolean
  readonly inputs: readonly TensorFacts[]
  readonly outputs: readonly TensorFacts[]
  /** Paths of all files that any of this depends on, also of those that may come to lie there. */
  readonly files: readonly string[]
}

/**
 * Reads a model: a large file is hashed for seconds, TensorFlow.js's are converted and compared. @throws as
 * `openModel`.
 */
export async function readModelAbout(reference: ModelReference): Promise<ModelAbout> {
  return aboutOf(await openModel(reference), reference.home)
}

/** Keeps a model. @throws as `addModel`. */
export async function keepModel(reference: ModelToAdd): Promise<ModelAbout> {
  return aboutOf(await addModel(reference), reference.home)
}

async function aboutOf(opened: OpenedModel, home: string): Promise<ModelAbout> {
  const { bytes, sha256, card, proposed, facts, tfjs } = opened
  const report = await referencesOnCpu(opened, home)
  const weights = Object.values(tfjs?.contents ?? {}).reduce((sum, { length }) => sum + length, 0)
  return {
    sha256,
    bytes: tfjs === undefined ? bytes.length : weights,
    card,
    form: taskForm(card),
    proposed,
    notices: tfjs?.notices ?? [],
    references:
      report === undefined ? null : { departures: report.departures, sentence: referenceSentence(report) },
    isQuantised: opened.obstacles.some(({ isRounding }) => isRounding === true),
    inputs: facts.inputs,
    outputs: facts.outputs,
    files: [...filesOfModel(opened), ...cardCandidates(opened.path), ...cardFilePaths(card, opened.folder)],
  }
}
