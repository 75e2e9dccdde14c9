import type { SavedModel } from './tfjs-models.ts'
import { uniformTensor } from './numbers.ts'

/** An attribute of a NodeDef; the converter writes text in base64 and whole numbers as text. */
export type NodeAttribute = object

export const attribute = {
  text: (value: string): NodeAttribute => ({ s: Buffer.from(value).toString('base64') }),
  integers: (...values: readonly number[]): NodeAttribute => ({ list: { i: values.map(String) } }),
  integer: (value: number): NodeAttribute => ({ i: String(value) }),
  float: (value: number): NodeAttribute => ({ f: value }),
  flag: (value: boolean): NodeAttribute => ({ b: value }),
  texts: (...values: readonly string[]): NodeAttribute => ({
    list: { s: values.map((text) => Buffer.from(text).toString('base64')) },
  }),
  float32: { type: 'DT_FLOAT' },
  int32: { type: 'DT_INT32' },
}

interface GraphNode {
  readonly name: string
  readonly op: string
  readonly input: readonly string[]
  readonly attr: Readonly<Record<string, NodeAttribute>>
}

/** Writes a TensorFlow.js graph model node by node; every method returns the node's name. */
export class TfjsGraph {
  private readonly nodes: GraphNode[] = []
  private readonly weights: {
    readonly name: string
    readonly shape: readonly number[]
    readonly dtype: 'float32' | 'int32'
  }[] = []
  private readonly data: Buffer[] = []

  input(name: string, shape: readonly number[]): string {
    const dim = shape.map((size) => ({ size: String(size) }))
    return this.node('Placeholder', [], { dtype: attribute.float32, shape: { shape: { dim } } }, name)
  }

  /** Seeded values of a weight. */
  floats(shape: readonly number[], range: readonly [number, number] = [-0.5, 0.5]): string {
    const { data } = uniformTensor(shape, this.weights.length + 1, range)
    return this.weight(shape, 'float32', Buffer.from(data.buffer))
  }

  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.weight(shape, 'int32', Buffer.from(Int32Array.from(values).buffer))
  }

  private weight(shape: readonly number[], dtype: 'float32' | 'int32', bytes: Buffer): string {
    const name = `weight_${this.weights.length}`
    this.weights.push({ name, shape, dtype })
    this.data.push(bytes)
    return this.node('Const', [], { dtype: attribute[dtype] }, name)
  }

  node(
    op: string,
    input: readonly string[],
    attr: GraphNode['attr'] = {},
    name = `${op}_${this.nodes.length}`,
  ): string {
    this.nodes.push({ name, op, input, attr: { T: attribute.float32, ...attr } })
    return name
  }

  /** @param input the name of the input, `output` that of the output's node */
  saved(input: string, output: string): SavedModel {
    const tensorInfo = (name: string) => ({ [name]: { name: `${name}:0`, dtype: 'DT_FLOAT' } })
    const json = {
      format: 'graph-model',
      modelTopology: { node: this.nodes, library: {}, versions: {} },
      signature: { inputs: tensorInfo(input), outputs: tensorInfo(output) },
      weightsManifest: [{ paths: ['weights.bin'], weights: this.weights }],
    }
    return { json: JSON.stringify(json), shard: new Uint8Array(Buffer.concat(this.data)) }
  }
}

/** A classifier of images 16x16x3 as the converter freezes and fuses it. */
export function fusedGraph(): SavedModel {
  const graph = new TfjsGraph()
  const window = (stride: number) => ({
    strides: attribute.integers(1, stride, stride, 1),
    padding: attribute.text('SAME'),
    data_format: attribute.text('NHWC'),
  })
  const image = graph.input('image', [-1, 16, 16, 3])
  const stem = graph.node('_FusedConv2D', [image, graph.floats([3, 3, 3, 8]), graph.floats([8])], {
    ...window(2),
    fused_ops: attribute.texts('BiasAdd', 'Relu6'),
    num_args: attribute.integer(1),
    epsilon: attribute.float(0.001),
  })
  const depthwise = graph.node(
    'FusedDepthwiseConv2dNative',
    [stem, graph.floats([3, 3, 8, 1]), graph.floats([8])],
    {
      ...window(1),
      fused_ops: attribute.texts('BiasAdd', 'Relu'),
      num_args: attribute.integer(1),
    },
  )
  const statistics = [
    graph.floats([8], [0.5, 1.5]),
    graph.floats([8]),
    graph.floats([8]),
    graph.floats([8], [0.5, 1.5]),
  ]
  const normal = graph.node('FusedBatchNormV3', [depthwise, ...statistics], {
    epsilon: attribute.float(0.001),
    data_format: attribute.text('NHWC'),
    is_training: attribute.flag(false),
  })
  const residual = graph.node('AddV2', [stem, normal])
  const padded = graph.node('Pad', [residual, graph.ints([0, 0, 1, 0, 0, 1, 0, 0], [4, 2])])
  const pooled = graph.node('MaxPool', [padded], { ...window(2), ksize: attribute.integers(1, 3, 3, 1) })
  const mean = graph.node('Mean', [pooled, graph.ints([1, 2])], { keep_dims: attribute.flag(false) })
  const logits = graph.node('_FusedMatMul', [mean, graph.floats([8, 4]), graph.floats([4])], {
    fused_ops: attribute.texts('BiasAdd'),
    num_args: attribute.integer(1),
    transpose_a: attribute.flag(false),
    transpose_b: attribute.flag(false),
  })
  return graph.saved(image, graph.node('Softmax', [logits]))
}

/**
 * A network that works its shapes out while it runs: its batch is read off the image, and the image is
 * resized and parted.
 */
export function shapingGraph(): SavedModel {
  const graph = new TfjsGraph()
  const image = graph.input('image', [-1, 6, 4, 3])
  const larger = graph.node('ResizeBilinear', [image, graph.ints([9, 8])], {
    align_corners: attribute.flag(false),
    half_pixel_centers: attribute.flag(true),
  })
  const shape = graph.node('Shape', [larger], { out_type: attribute.int32 })
  const mask = (name: string, value: number) => ({ [name]: attribute.integer(value) })
  const count = graph.node('StridedSlice', [shape, graph.ints([0]), graph.ints([1]), graph.ints([1])], {
    ...mask('begin_mask', 0),
    ...mask('end_mask', 0),
    ...mask('ellipsis_mask', 0),
    ...mask('new_axis_mask', 0),
    ...mask('shrink_axis_mask', 1),
    T: attribute.int32,
  })
  const pack = graph.node('Pack', [count, graph.ints([72], []), graph.ints([3], [])], {
    axis: attribute.integer(0),
    N: attribute.integer(3),
    T: attribute.int32,
  })
  const rows = graph.node('Reshape', [larger, pack])
  const turned = graph.node('Transpose', [rows, graph.ints([0, 2, 1])])
  const product = graph.node('BatchMatMulV2', [turned, rows], {
    adj_x: attribute.flag(false),
    adj_y: attribute.flag(false),
  })
  const root = graph.node('Sqrt', [
    graph.node('Add', [graph.node('Square', [product]), graph.floats([1], [1, 2])]),
  ])
  const first = graph.node('Slice', [root, graph.ints([0, 0, 1]), graph.ints([-1, 3, 2])])
  const joined = graph.node('ConcatV2', [first, root, graph.ints([2], [])], { N: attribute.integer(2) })
  return graph.saved(image, graph.node('Tanh', [graph.node('Mul', [joined, graph.floats([3, 5], [0, 0.2])])]))
}
