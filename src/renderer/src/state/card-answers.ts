import { percent } from '../../../core/number-texts.ts'
import type { ModelCard } from '../../../core/model/card.ts'
import type { ModelInfo } from '../../../engine/server/models/model-registry.ts'
import { useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** How a model's answers are named: by its classes' names or, of a regression, as a value with its unit. */
export interface AnswerNames {
  /** Names of the classes; for a regression only the value's name. */
  readonly classes: readonly string[]
  /** Empty where there is none. */
  readonly unit: string
}

export const noNames: AnswerNames = { classes: [], unit: '' }

export function answerNames(output: ModelCard['output']): AnswerNames {
  return 'classes' in output
    ? { classes: output.classes, unit: '' }
    : { classes: [output.value], unit: output.unit }
}

/** A prediction or a label. */
export interface Answer {
  readonly classes: readonly number[]
  /** Predicted value; regressions only. */
  readonly value?: number | undefined
}

/** Classes by name, several of a multi-label head joined; or a value and its unit. */
export function answerText({ classes: indices, value }: Answer, { classes, unit }: AnswerNames): string {
  if (value !== undefined) return `${Number(value.toPrecision(6))} ${unit}`.trim()
  return indices.length === 0 ? 'none' : indices.map((index) => classes[index] ?? String(index)).join('; ')
}

/** "nodule 97 %"; a value has no confidence. */
export function withConfidence(answer: string, confidence: number | null, digits = 0): string {
  return confidence === null ? answer : `${answer} ${percent(confidence, digits)}`
}

/** A model's card and what is asked of an attack on it. */
export type KnownModel = Pick<ModelInfo, 'card' | 'form'> & Partial<Pick<ModelInfo, 'isQuantised'>>

/** Undefined while the model isn't known. */
export function useModel(model: string | undefined): KnownModel | undefined {
  return useModelInfo(model)
}

/** All that is known of a model; undefined while nothing is. */
export function useModelInfo(model: string | undefined): ModelInfo | undefined {
  const models = useQuery(api.models.list.queryOptions())
  return models.data?.models.find(({ name }) => name === model)
}
