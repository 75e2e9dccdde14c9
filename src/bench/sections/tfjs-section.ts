import { convertModel } from '../../adapters/tfjs/convert-model.ts'
import { createTfjsModel } from '../../adapters/tfjs/tfjs-model.ts'
import { entry } from '../../core/entry.ts'
import { internalError } from '../../core/errors.ts'
import type { LossSpec } from '../../core/model/ports.ts'
import { encodeModel } from '../../core/onnx/codec.ts'
import { sizeOf, tensor, type Tensor } from '../../core/tensor/tensor.ts'
import type { BenchContext } from '../context.ts'
import { interleaved, timed } from '../interleave.ts'
import { kerasUnet } from '../models/keras.ts'
import { kerasMobilenetV2 } from '../models/classifiers.ts'
import { comparison, type BenchRow } from '../row.ts'

const cases = [
  { name: 'MobileNetV2', build: kerasMobilenetV2, inputShape: [224, 224, 3] },
  { name: 'U-Net', build: kerasUnet, inputShape: [256, 256, 1] },
] as const

const bar = 0.5

/**
 * A gradient step of a TensorFlow.js model that was converted, against TensorFlow.js itself on WebAssembly
 * (SIMD).
 */
export async function* tfjsSection(context: BenchContext): AsyncIterable<BenchRow> {
  for (const { name, build, inputShape } of cases) {
    const files = build()
    const ours = await context.createModel(encodeModel(await convertModel(files)))
    const theirs = await createTfjsModel({ files, backend: 'wasm' })
    const x = image([1, ...inputShape])
    const loss = someLoss(await ours.predict(x))
    const notes = [`gradients differ by ${(await difference([ours, theirs], x, loss)).toExponential(0)}`]
    const [a, b] = await interleaved(
      [timed(() => ours.lossAndGradient(x, loss)), timed(() => theirs.lossAndGradient(x, loss))],
      {
        rounds: 3,
      },
    )
    if (a === undefined || b === undefined) throw internalError('two sides were timed')
    yield {
      ...comparison(`gradient step, ${name} of TensorFlow.js, converted against wasm`, a, b),
      bar,
      peakShare: null,
      notes,
    }
    await Promise.all([ours.dispose(), theirs.dispose()])
  }
}

function image(shape: readonly number[]): Tensor {
  const x = tensor(shape)
  x.data.forEach((_, index) => (x.data[index] = 0.5 + 0.5 * Math.sin(index * 0.37)))
  return x
}

/** Cross-entropy with class 1 everywhere. */
function someLoss({ shape }: Tensor): LossSpec {
  const target = tensor(shape)
  const pixels = sizeOf(shape.slice(2))
  target.data.fill(1, pixels, 2 * pixels)
  return { kind: 'cross-entropy', terms: [{ target, weight: 1 }] }
}

type Model = Awaited<ReturnType<BenchContext['createModel']>>

/** ‖a − b‖ / ‖b‖ */
async function difference(
  [ours, theirs]: readonly [Model, Model],
  x: Tensor,
  loss: LossSpec,
): Promise<number> {
  const a = (await ours.lossAndGradient(x, loss)).gradient.data
  const b = (await theirs.lossAndGradient(x, loss)).gradient.data
  const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value ** 2, 0)
  return Math.sqrt(squares(a.map((value, i) => value - entry(b, i))) / squares(b))
}
