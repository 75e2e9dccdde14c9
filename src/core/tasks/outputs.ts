import type { z } from 'zod'
import { classificationOutput } from './classification/output.ts'
import { detectionOutput } from './detection/output.ts'
import { ordinalOutput } from './ordinal/output.ts'
import { regressionOutput } from './regression/output.ts'
import { segmentationOutput } from './segmentation/output.ts'

interface TaskOutput {
  /** What the model card says of the output. */
  readonly schema: z.ZodType
  /** Whether there is a prediction for each pixel: logits [N, K, h, w], and masks. */
  readonly isDense: boolean
}

/** What models of each task give. The rest of a task is in `tasks`, which reads the model card. */
export const outputs = {
  classification: { schema: classificationOutput, isDense: false },
  ordinal: { schema: ordinalOutput, isDense: false },
  regression: { schema: regressionOutput, isDense: false },
  segmentation: { schema: segmentationOutput, isDense: true },
  detection: { schema: detectionOutput, isDense: false },
} as const satisfies Record<string, TaskOutput>

export type Task = keyof typeof outputs
/** The part `output` of a task's model cards. */
export type OutputOf<T extends Task> = Readonly<z.output<(typeof outputs)[T]['schema']>>
