import { cardForm, type FormField } from '../../../core/model/card-form.ts'
import { isObject, type JsonObject } from '../../../core/model/card-place.ts'
import type { Obstacle, TensorFacts } from '../../../core/model/model-facts.ts'
import { checkDraft, type DraftIssue } from '../../../core/model/propose-card.ts'
import type { TaskForm } from '../../../core/tasks/form.ts'
import { taskForm } from '../../../core/tasks/tasks.ts'
import { versionOf } from '../../models/home.ts'
import {
  cardBeside,
  readReference,
  type ModelReference,
  type ReadReference,
} from '../../models/open-model.ts'
import { filesOfModel, readModelFile, type ReadModel } from '../../models/read-model.ts'
import { LastKept } from './last-kept.ts'

/** A model and its card so far: what a form has, or at first what lies beside the file. */
export type DraftRequest = Pick<ModelReference, 'model' | 'card' | 'given' | 'home'>

/** All that a form asks of a model: what was read off, what is wrong, and which fields there are. */
export interface ModelDraft {
  readonly path: string
  readonly sha256: string
  readonly inputs: readonly TensorFacts[]
  readonly outputs: readonly TensorFacts[]
  /** Sentences: how a TensorFlow.js model is run. */
  readonly notices: readonly string[]
  readonly obstacles: readonly Obstacle[]
  /** The card's file, where there is one: the one that was picked, or the one beside the model. */
  readonly cardFile: string | null
  /** The card that lies beside the model, where one does. */
  readonly besideCard: string | null
  /** What was given, or what the card's file says. */
  readonly given: JsonObject
  /** The same, and what the model's file says of the rest. */
  readonly card: JsonObject
  /** What the model's file and what lies beside it say, whatever was given. */
  readonly readOff: JsonObject
  /** Fields that the file says and the card doesn't. */
  readonly proposed: readonly string[]
  readonly fields: readonly FormField[]
  readonly issues: readonly DraftIssue[]
  /** What is asked of an attack on it, and how labels are given; null while the card isn't whole. */
  readonly form: TaskForm | null
}

/** @throws RadversaryError as `openModel`, but nothing for a card that is wrong or not whole. */
export async function draftModelCard(request: DraftRequest): Promise<ModelDraft> {
  const { file, given, cardFile } = await readDraft(request)
  const { facts, obstaclesOf, tfjs } = file
  const { draft, readOff, proposed, obstacles, issues, card } = checkDraft(facts, given, obstaclesOf)
  const besideCard = (await cardBeside(file.path)) ?? null
  return {
    path: file.path,
    sha256: file.sha256,
    inputs: facts.inputs,
    outputs: facts.outputs,
    notices: tfjs?.notices ?? [],
    obstacles,
    cardFile: cardFile ?? besideCard,
    besideCard,
    given: isObject(given) ? given : {},
    card: draft,
    readOff,
    proposed,
    fields: cardForm(draft, facts),
    issues,
    form: card === undefined ? null : taskForm(card),
  }
}

/** As `readReference`, but a file that was read last is not read again. */
export function readDraft(reference: DraftRequest): Promise<ReadReference> {
  return readReference(reference, readOnce)
}

interface KeptFile {
  readonly file: ReadModel
  /** Hash of all files that it was read from. */
  readonly version: string
}

/** The model whose card is being written. */
const kept = new LastKept<KeptFile>({
  holds: async ({ file, version }) => (await versionOf(filesOfModel(file))) === version,
})

const readOnce: typeof readModelFile = (path, options) =>
  kept.use(
    JSON.stringify([path, options]),
    async () => {
      const file = await readModelFile(path, options)
      return { file, version: await versionOf(filesOfModel(file)) }
    },
    ({ file }) => file,
  )
