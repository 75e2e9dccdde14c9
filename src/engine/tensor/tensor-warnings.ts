import { warningsOf, type AttackWarning, type EvidenceSlice } from '../../core/evaluate/warnings.ts'
import { predictionsOf } from '../../core/tasks/classification/heads.ts'
import type { ClassificationOutput } from '../../core/tasks/classification/output.ts'
import { sampleOf, tensor, type Tensor } from '../../core/tensor/tensor.ts'
import { boundOf, evidenceOf } from '../attack/evidence.ts'
import type { ConfiguredMethod } from '../attack/method-settings.ts'
import type { SampleOutcome } from '../../core/attacks/attack-result.ts'

interface Attacked {
  /** [N, C, H, W] */
  readonly images: Tensor
  /** Their adversarial images, in the same order. */
  readonly adversarial: Float32Array
  readonly samples: readonly (SampleOutcome & { readonly before: readonly number[] })[]
  readonly isSoftmax: boolean
}

/** The warnings of every run, of an array of samples. @param target index of the wanted class */
export function tensorWarnings(
  method: ConfiguredMethod,
  target: number | undefined,
  attacked: Attacked,
): AttackWarning[] {
  const evidence = evidenceOf({
    ...boundOf(method),
    method: method.name,
    task: 'classification',
    counted: 'samples',
    target: target === undefined ? null : `class ${target}`,
    slices: attacked.samples.map((sample, n) => evidenceSlice(sample, n, attacked)),
  })
  return warningsOf([evidence])
}

function evidenceSlice(
  { success, metBefore, budgetUsed, gradients, before }: Attacked['samples'][number],
  n: number,
  { images, adversarial, isSoftmax }: Attacked,
): EvidenceSlice {
  const source = sampleOf(images, n).data
  const made = adversarial.subarray(n * source.length, (n + 1) * source.length)
  return {
    success,
    metBefore,
    budgetUsed,
    gradients,
    confidenceBefore: confidenceOf(before, isSoftmax),
    changed: made.filter((value, i) => value !== source[i]).length,
  }
}

/** As a card of a classifier would say it. */
function confidenceOf(logits: readonly number[], isSoftmax: boolean): number | null {
  const common = { name: 'output', gives: 'logits', classes: logits.map((_, k) => String(k)) } as const
  const head: ClassificationOutput = isSoftmax
    ? { ...common, activation: 'softmax' }
    : { ...common, activation: 'multi-label-sigmoid', threshold: 0.5 }
  return predictionsOf(head, tensor([1, logits.length], Float32Array.from(logits)))[0]?.confidence ?? null
}
