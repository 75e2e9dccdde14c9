import type { AttackMethod, AttackProblem } from '../../src/core/attacks/attack.ts'
import { misclassified, targetReached } from '../../src/core/tasks/classification/criteria.ts'
import { runAttack } from '../../src/core/attacks/run-attack.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import type { PixelInterval } from '../../src/core/image/float-image.ts'
import { sizeOf, tensor, type Tensor } from '../../src/core/tensor/tensor.ts'
import { argMax } from '../../src/core/attacks/decision-boundary.ts'
import type { AttackEvent, AttackResult } from '../../src/core/attacks/attack-result.ts'

/** Logits or pixels of one sample. */
export function rowsOf({ shape: [count = 0, ...rest], data }: Tensor): Float32Array[] {
  const size = sizeOf(rest)
  return Array.from({ length: count }, (_, n) => data.subarray(n * size, (n + 1) * size))
}

function oneHot(labels: readonly number[], classes: number): Tensor {
  return tensor(
    [labels.length, classes],
    Float32Array.from(
      labels.flatMap((label) => Array.from({ length: classes }, (_, k) => Number(k === label))),
    ),
  )
}

export function filled({ shape, data }: Tensor, value: number): Tensor {
  return tensor(
    shape,
    data.map(() => value),
  )
}

/** Untargeted, within [0, 1], away from what the model says of the images; nothing rounded, no early stop. */
export async function problemAgainst(
  model: DifferentiableModel,
  images: Tensor,
  changes: Partial<AttackProblem> = {},
): Promise<AttackProblem> {
  const labels = rowsOf(await model.predict(images)).map(argMax)
  return {
    model,
    images,
    loss: 'cross-entropy',
    targets: oneHot(labels, model.output.shape[1]!),
    targeted: false,
    bounds: { lower: filled(images, 0), upper: filled(images, 1) },
    criterion: misclassified(labels),
    seeds: labels.map((_, n) => n),
    earlyStop: false,
    ...changes,
  }
}

export function towards(classes: readonly number[], model: DifferentiableModel): Partial<AttackProblem> {
  return {
    targeted: true,
    targets: oneHot(classes, model.output.shape[1]!),
    criterion: targetReached(classes),
  }
}

/**
 * Rounds to multiples of 1 / levels within what is allowed, as stored values of that many grey levels would.
 */
export function roundsTo(levels: number) {
  return ({ shape, data }: Tensor, { lower, upper }: PixelInterval): Tensor =>
    tensor(
      shape,
      data.map((value, i) => {
        const [lowest, highest] = [
          Math.ceil(lower.data[i]! * levels - 1e-3),
          Math.floor(upper.data[i]! * levels + 1e-3),
        ]
        return Math.min(Math.max(Math.round(value * levels), lowest), highest) / levels
      }),
    )
}

/** Images of whole grey levels, so that they can be stored. */
export function onLevels({ shape, data }: Tensor, levels: number): Tensor {
  return tensor(
    shape,
    data.map((value) => Math.round(value * levels) / levels),
  )
}

export async function run(
  method: AttackMethod,
  problem: AttackProblem,
): Promise<{ events: AttackEvent[]; result: AttackResult }> {
  const running = runAttack(method, problem)
  const events: AttackEvent[] = []
  for (;;) {
    const next = await running.next()
    if (next.done) return { events, result: next.value }
    events.push(next.value)
  }
}
