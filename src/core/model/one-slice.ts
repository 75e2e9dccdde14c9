import { tensor, type Shape, type Tensor } from '../tensor/tensor.ts'
import type { DifferentiableModel, LossSpec, TensorSpec } from './ports.ts'

/**
 * A 2-D network [N, C, H, W] as one of volumes of one slice, [N, C, 1, H, W]: of a dense one logits are
 * [N, K, 1, H, W] too.
 */
export function ofOneSlice(model: DifferentiableModel, isDense: boolean): DifferentiableModel {
  const spec = ({ name, shape }: TensorSpec): TensorSpec => ({ name, shape: withSlice(shape) })
  const logits = (own: Tensor) => (isDense ? reshaped(own, withSlice) : own)
  const flat = ({ kind, terms }: LossSpec): LossSpec => ({
    kind,
    terms: terms.map(({ target, weight }) => ({ target: reshaped(target, withoutSlice), weight })),
  })
  return {
    input: spec(model.input),
    output: isDense ? spec(model.output) : model.output,
    predict: async (x, beside) => logits(await model.predict(reshaped(x, withoutSlice), beside)),
    lossAndGradient: async (x, loss, beside) => {
      const asked = isDense ? flat(loss) : loss
      const found = await model.lossAndGradient(reshaped(x, withoutSlice), asked, beside)
      return { ...found, logits: logits(found.logits), gradient: reshaped(found.gradient, withSlice) }
    },
    dispose: () => model.dispose(),
  }
}

function reshaped({ shape, data }: Tensor, to: (shape: Shape) => Shape): Tensor {
  return tensor(to(shape), data)
}

function withSlice<Extent>(shape: readonly Extent[]): (Extent | 1)[] {
  return [...shape.slice(0, 2), 1, ...shape.slice(2)]
}

function withoutSlice(shape: Shape): Shape {
  return [...shape.slice(0, 2), ...shape.slice(3)]
}
