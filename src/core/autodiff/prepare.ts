import { RadversaryError } from '../errors.ts'
import type { Runtime } from '../model/runtime.ts'
import { encodeModelApart } from '../onnx/codec.ts'
import type { OnnxModel, ValueInfo } from '../onnx/graph.ts'
import { nodesLeadingTo, readsOf } from '../onnx/graph-walk.ts'
import type { Shape } from '../tensor/tensor.ts'
import { withFullMasks } from './boolean-masks.ts'
import { withRowsFilledUp } from './chosen-rows.ts'
import { keptWhole, writtenOut } from './control-flow/write-out.ts'
import { learnShapes } from './learn-shapes.ts'
import { takeOffActivation, withClassAxis, type LogitsGraph, type OutputActivation } from './logits.ts'
import type { TypedGraph } from './typed-graph.ts'
import { upgrade } from './upgrade.ts'

export interface PrepareOptions {
  /** Shape of the input, batch included; every extent a number. */
  readonly inputShape: Shape
  readonly inputName: string
  /** Inputs beside the image, of fixed shapes; none by default. */
  readonly beside?: readonly ValueInfo[] | undefined
  readonly outputName: string
  readonly activation: OutputActivation
  /** Whether [N, K, 1, 1] is one prediction an image: [N, K]. */
  readonly isOneRow?: boolean | undefined
}

/**
 * A model as the reverse pass needs it: constants folded, shapes known, in the form of opset 18, its output
 * being the logits [N, K, …]. Throws `runtime-failed` when the model can't be run on an input of that shape.
 */
export async function prepare(
  model: OnnxModel,
  options: PrepareOptions,
  runtime: Runtime,
): Promise<LogitsGraph> {
  const fixed = fixShapes(model, options)
  const { bytes, externalData } = encodeModelApart(fixed)
  const simplified = await runtime.simplify(bytes, { externalData })
  const learnt = await learnShapes(simplified, options.inputShape, runtime)
  const graph = await ofFixedSizes(learnt, runtime)
  return takeOffActivation(withClassAxis(graph, options.isOneRow), options.activation)
}

/**
 * Chosen rows filled up, bodies written out and masks in full size; bodies as they are where a size in them
 * depends on the image.
 */
async function ofFixedSizes(given: TypedGraph, runtime: Runtime): Promise<TypedGraph> {
  const learnt = await withRowsFilledUp(given, runtime)
  const flat = await writtenOut(learnt, runtime)
  try {
    return withFullMasks(upgrade(flat), runtime.device)
  } catch (error) {
    if (flat === learnt || !(error instanceof RadversaryError)) throw error
    return withFullMasks(upgrade(keptWhole(learnt, error)), runtime.device)
  }
}

/**
 * The model from an image of a given shape, and what lies beside it, to one output. Shapes stored further on
 * are dropped: they may be those of another batch.
 */
function fixShapes(model: OnnxModel, options: PrepareOptions): OnnxModel {
  const { inputShape, inputName, beside = [], outputName } = options
  const { graph } = model
  const nodes = nodesLeadingTo(graph.nodes, [outputName])
  const read = new Set(nodes.flatMap(readsOf))
  return {
    ...model,
    graph: {
      ...graph,
      nodes,
      initializers: new Map(
        [...graph.initializers].filter(([name]) => read.has(name) || name === outputName),
      ),
      inputs: [{ name: inputName, dataType: 'float32', shape: inputShape }, ...beside],
      outputs: [{ name: outputName, dataType: null, shape: null }],
      valueInfos: new Map(),
    },
  }
}
