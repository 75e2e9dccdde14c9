import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { decodeModel, encodeModel } from '../../src/core/onnx/codec.ts'
import { float32Tensor } from '../../src/core/onnx/onnx-tensor.ts'

/** Paths. */
export interface SliceModel {
  readonly model: string
  readonly card: string
}

/**
 * A model of neighbouring slices made of one of single grey images: it sees their weighted sum, by a
 * convolution before its first layer.
 * @param weights one per slice, the slice itself in the middle
 */
export function writeSliceModel(folder: string, source: SliceModel, weights: readonly number[]): SliceModel {
  const whole = decodeModel(readFileSync(source.model))
  const { graph } = whole
  const [input, ...others] = graph.inputs
  const [batch, , ...size] = input!.shape!
  const convolution = {
    opType: 'Conv',
    domain: '',
    name: 'sum of slices',
    attributes: {},
    outputs: [input!.name],
  }
  const changed = {
    ...graph,
    inputs: [{ ...input!, name: 'slices', shape: [batch!, weights.length, ...size] }, ...others],
    nodes: [{ ...convolution, inputs: ['slices', 'weights of slices'] }, ...graph.nodes],
    initializers: new Map([
      ...graph.initializers,
      ['weights of slices', float32Tensor([1, weights.length, 1, 1], weights)],
    ]),
  }
  mkdirSync(folder, { recursive: true })
  const paths = {
    model: join(folder, `slices-${basename(source.model)}`),
    card: join(folder, 'slices.card.json'),
  }
  writeFileSync(paths.model, encodeModel({ ...whole, graph: changed }))
  const { schema, intensity, fit, interpolation, mean, std, task, output } = JSON.parse(readFileSync(source.card, 'utf8')) as Record<string, unknown> // prettier-ignore
  const own = { schema, intensity, fit, interpolation, mean, std, task, output }
  writeFileSync(paths.card, JSON.stringify({ ...own, input: { slices: { count: weights.length } } }))
  return paths
}
