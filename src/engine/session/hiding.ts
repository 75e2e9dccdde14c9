import type { HidingPlan } from '../../core/attacks/attack.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { tensor } from '../../core/tensor/tensor.ts'
import { connectModel } from '../models/open-model.ts'
import { sampleShapeOf } from '../models/sample-shape.ts'
import { connectLanes } from './lanes.ts'
import type { AttackRun } from '../attack/attack-run.ts'

/** The features' model for each lane; none where the method does not hide. Every one must be disposed of. */
export async function connectFeatures({
  method,
  opened,
  runtime,
  groups,
}: AttackRun): Promise<DifferentiableModel[]> {
  const { hides } = method
  return hides === undefined ? [] : connectLanes({ ...opened, inner: hides.tensors }, runtime, groups.length)
}

/** How many features each tensor has, found by running the model on nothing. @throws as `connectModel`. */
export async function featureSizes(
  { tensors }: HidingPlan,
  { opened, runtime }: AttackRun,
): Promise<number[]> {
  const input = tensor([1, ...(sampleShapeOf(opened.card) ?? [])])
  const sizes: number[] = []
  for (const name of tensors) {
    const model = await connectModel({ ...opened, inner: [name] }, runtime)
    try {
      sizes.push((await model.predict(input)).shape[1] ?? 0)
    } finally {
      await model.dispose()
    }
  }
  return sizes
}
