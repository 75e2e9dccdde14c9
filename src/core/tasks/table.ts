import { classification } from './classification/classification.ts'
import { detection } from './detection/detection.ts'
import { ordinal } from './ordinal/ordinal.ts'
import { regression } from './regression/regression.ts'
import { segmentation } from './segmentation/segmentation.ts'
import type { Task } from './outputs.ts'
import type { TaskRules } from './rules.ts'

/** The rules of every task of `outputs`. */
export const tasks = { classification, ordinal, regression, segmentation, detection } satisfies {
  readonly [T in Task]: TaskRules<T>
}
