import type { ModelCard } from '../model/card.ts'
import type { ModelFacts, OutputFacts, TensorFacts } from '../model/model-facts.ts'
import type { ImageSize } from '../tensor/resample.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Prediction } from './answers.ts'
import { canBeClasses } from './class-output.ts'
import type { TaskForm } from './form.ts'
import { outputs, type Task } from './outputs.ts'
import type { TaskRules } from './rules.ts'
import { tasks } from './table.ts'

/** Whether a model says one thing of a whole stack: each of its slices then has the stack's answer. */
export function answersForStacks({ task, input }: Pick<ModelCard, 'task' | 'input'>): boolean {
  return input.volume !== undefined && !outputs[task].isDense
}

/** Rules by a task's name. */
export function rulesOf(task: Task): TaskRules {
  return tasks[task]
}

/** Whether a card names a task. */
export function isTask(name: unknown): name is Task {
  return typeof name === 'string' && Object.hasOwn(tasks, name)
}

/** The task that a graph looks like; a classification where it looks like none. */
export function likelyTask(facts: ModelFacts, output: OutputFacts | undefined): Task {
  const likely = Object.entries(tasks).find(([, rules]) => rules.isLikely(facts, output))
  const name = likely?.[0]
  return isTask(name) ? name : 'classification'
}

/**
 * Whether an output may hold scores of a task, or of any where none is named. @param extents beyond the batch
 */
export function canBeOutput(task: unknown, extents: TensorFacts['shape']): boolean {
  return isTask(task) ? rulesOf(task).canBeOutput(extents) : canBeClasses(extents)
}

/** What a form asks of an attack on a model. */
export function taskForm(card: ModelCard): TaskForm {
  const { labels, ...rules } = rulesOf(card.task)
  return { ...rules.form(card), labels: { kind: labels.kind, file: labels.file } }
}

/** Predictions of images of one size from their logits. Throws `tensor-invalid` for other logits. */
export function imagePredictions(card: ModelCard, image: ImageSize, logits: Tensor): Prediction[] {
  return rulesOf(card.task).predict(card, image, logits)
}
