import type { DifferentiableModel } from '../ports.ts'
import { preprocessingFor, type ImageShape, type PreprocessingCard } from './chain.ts'
import type { Beyond } from './neighbours.ts'

/**
 * The model seen from the image's own pixel grid: it takes [N, C, H, W] in relative intensity (the width of the intensity range is 1),
 * and its gradient comes back there through the chain's adjoint. One image shape per model; `dispose` disposes of the model itself. Of a
 * model of neighbouring slices a batch is a run of them, `beyond` what lies around it, and the gradient of a slice is that of all losses.
 */
export function throughPreprocessing(
  model: DifferentiableModel,
  card: PreprocessingCard,
  imageShape: ImageShape,
  beyond: Beyond = {},
): DifferentiableModel {
  const chain = preprocessingFor(card, imageShape, beyond)
  return {
    input: { name: model.input.name, shape: [null, ...imageShape] },
    output: model.output,
    predict: (x) => model.predict(chain.apply(x)),
    lossAndGradient: async (x, loss) => {
      const trace = chain.trace(x)
      const result = await model.lossAndGradient(trace.output, loss)
      return { ...result, gradient: trace.adjoint(result.gradient) }
    },
    dispose: () => model.dispose(),
  }
}
