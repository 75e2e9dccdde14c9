import { describe, test } from 'vitest'
import { expectSameGraph } from '../../../test/support/tfjs-comparison.ts'
import { attribute, TfjsGraph, type NodeAttribute } from '../../../test/support/tfjs-graphs.ts'

type Attributes = Readonly<Record<string, NodeAttribute>>

/**
 * An operation on an image [−1, 6, 4, 3] unless told otherwise; `write` adds its nodes and returns the last
 * one's name.
 */
interface Case {
  readonly op: string
  readonly write: (graph: TfjsGraph, image: string) => string
  readonly inputShape?: readonly number[]
  /** False where TensorFlow.js has no gradient, or a wrong one. */
  readonly hasGradient?: boolean
}

const none: Attributes = {}

/** The operation on the image alone. */
const of =
  (op: string, attr: Attributes = none) =>
  (graph: TfjsGraph, image: string) =>
    graph.node(op, [image], attr)

/** On values in [0.1, 1.1], where logarithms and roots are. */
const ofPositive =
  (op: string, attr: Attributes = none) =>
  (graph: TfjsGraph, image: string) =>
    graph.node(op, [graph.node('Add', [graph.node('Square', [image]), graph.floats([1], [0.1, 0.11])])], attr)

/** On values in [−0.4, 0.4]. */
const ofSmall =
  (op: string, attr: Attributes = none) =>
  (graph: TfjsGraph, image: string) =>
    graph.node(op, [graph.node('Mul', [image, graph.floats([1], [0.39, 0.4])])], attr)

/** The image and weights, which broadcast. */
const withWeights =
  (op: string, shape: readonly number[] = [3], range: readonly [number, number] = [0.5, 1.5]) =>
  (graph: TfjsGraph, image: string) =>
    graph.node(op, [image, graph.floats(shape, range)])

/** A question to the image chooses between it and half of it. */
const choosing = (graph: TfjsGraph, image: string, truth: string) =>
  graph.node('SelectV2', [truth, image, graph.node('Mul', [image, graph.floats([1], [0.5, 0.5])])])

/** Zero, where both choices are the same. */
const zero = (graph: TfjsGraph) => graph.floats([1], [0, 0])

const over =
  (op: string, axes: readonly number[], keeps = false) =>
  (graph: TfjsGraph, image: string) =>
    graph.node(op, [image, graph.ints(axes)], { keep_dims: attribute.flag(keeps) })

const window2d = (stride = 1, padding = 'SAME', format = 'NHWC', dilation = 1) => {
  const ofAll = (value: number) =>
    format === 'NHWC' ? attribute.integers(1, value, value, 1) : attribute.integers(1, 1, value, value)
  return {
    strides: ofAll(stride),
    dilations: ofAll(dilation),
    padding: attribute.text(padding),
    data_format: attribute.text(format),
  }
}

const window3d = (stride = 1, padding = 'SAME') => ({
  strides: attribute.integers(1, stride, stride, stride, 1),
  dilations: attribute.integers(1, 1, 1, 1, 1),
  padding: attribute.text(padding),
  data_format: attribute.text('NDHWC'),
})

const arithmetic: readonly Case[] = [
  ...['Add', 'AddV2', 'BiasAdd', 'Sub', 'RealDiv', 'Div', 'Mul', 'SquaredDifference'].map((op) => ({
    op,
    write: withWeights(op),
  })),
  ...['Maximum', 'Minimum'].map((op) => ({ op, write: withWeights(op, [3], [-0.5, 0.5]) })),
  { op: 'DivNoNan', write: withWeights('DivNoNan', [3], [0, 1]), hasGradient: false },
  { op: 'FloorDiv', write: (g, x) => g.node('Add', [x, withWeights('FloorDiv')(g, x)]), hasGradient: false },
  { op: 'FloorMod', write: withWeights('FloorMod'), hasGradient: false },
  { op: 'Mod', write: withWeights('Mod'), hasGradient: false },
  { op: 'AddN', write: (g, x) => g.node('AddN', [x, g.node('Square', [x]), x]) },
  { op: 'Pow', write: (g, x) => g.node('Pow', [ofPositive('Identity')(g, x), g.floats([3], [0.5, 2])]) },
]

const elementwise: readonly Case[] = [
  ...[
    'Abs',
    'Elu',
    'Relu',
    'Relu6',
    'Selu',
    'Sigmoid',
    'Tanh',
    'Softplus',
    'Erf',
    'Exp',
    'Square',
    'Neg',
  ].map((op) => ({
    op,
    write: of(op),
  })),
  ...['Sin', 'Cos', 'Sinh', 'Cosh', 'Atan', 'Asinh', 'Expm1'].map((op) => ({ op, write: of(op) })),
  ...['Tan', 'Asin', 'Acos', 'Atanh'].map((op) => ({ op, write: ofSmall(op) })),
  ...['Log', 'Log1p', 'Sqrt', 'Rsqrt', 'Reciprocal'].map((op) => ({ op, write: ofPositive(op) })),
  {
    op: 'Acosh',
    write: (g, x) =>
      g.node('Acosh', [g.node('Add', [ofPositive('Identity')(g, x), g.floats([1], [1, 1.1])])]),
  },
  { op: 'LeakyRelu', write: of('LeakyRelu', { alpha: attribute.float(0.3) }) },
  { op: 'Prelu', write: withWeights('Prelu', [3], [0.1, 0.5]) },
  {
    op: 'ClipByValue',
    write: (g, x) => g.node('ClipByValue', [x, g.floats([], [-0.5, -0.4]), g.floats([], [0.4, 0.5])]),
  },
  ...['Identity', 'Snapshot', 'StopGradient', 'FakeQuantWithMinMaxVars'].map((op) => ({
    op,
    write: (g: TfjsGraph, x: string) => g.node('Square', [g.node(op, [x])]),
  })),
  ...['Ceil', 'Floor', 'Round', 'Sign'].map((op) => ({
    op,
    write: (g: TfjsGraph, x: string) =>
      g.node('Mul', [x, g.node(op, [g.node('Add', [x, g.floats([1], [0.2, 0.3])])])]),
    hasGradient: false,
  })),
  {
    op: 'Cast',
    write: (g, x) => {
      const truth = g.node('Cast', [g.node('Greater', [x, zero(g)])], {
        DstT: attribute.int32,
        SrcT: { type: 'DT_BOOL' },
      })
      return g.node('Mul', [x, g.node('Cast', [truth], { DstT: attribute.float32, SrcT: attribute.int32 })])
    },
    hasGradient: false,
  },
]

/** TensorFlow.js differentiates no comparison, and needs to. */
const logical: readonly Case[] = [
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'].map((op) => ({
    op,
    write: (g: TfjsGraph, x: string) => choosing(g, x, g.node(op, [x, zero(g)])),
    hasGradient: false,
  })),
  ...['LogicalAnd', 'LogicalOr'].map((op) => ({
    op,
    write: (g: TfjsGraph, x: string) => {
      const truths = [
        g.node('Greater', [x, zero(g)]),
        g.node('Less', [x, g.floats([1], op === 'LogicalAnd' ? [2, 2] : [-2, -2])]),
      ]
      return choosing(g, x, g.node(op, truths))
    },
    hasGradient: false,
  })),
  {
    op: 'LogicalNot',
    write: (g, x) => choosing(g, x, g.node('LogicalNot', [g.node('Greater', [x, zero(g)])])),
    hasGradient: false,
  },
  ...['All', 'Any'].map((op) => ({
    op,
    write: (g: TfjsGraph, x: string) => {
      const truth = g.node('Greater', [x, g.floats([1], op === 'All' ? [-0.6, -0.6] : [0.6, 0.6])])
      return choosing(g, x, g.node(op, [truth, g.ints([3])], { keep_dims: attribute.flag(true) }))
    },
    hasGradient: false,
  })),
  ...['IsNan', 'IsFinite', 'IsInf'].map((op) => ({
    op,
    write: (g: TfjsGraph, x: string) => choosing(g, x, g.node(op, [x])),
    hasGradient: false,
  })),
  {
    op: 'Select',
    write: (g, x) => g.node('Select', [g.node('Greater', [x, zero(g)]), x, g.node('Square', [x])]),
    hasGradient: false,
  },
]

const windows: readonly Case[] = [
  {
    op: 'Conv1D',
    write: (g, x) =>
      g.node('Conv1D', [x, g.floats([3, 3, 4])], {
        stride: attribute.integer(2),
        padding: attribute.text('SAME'),
        data_format: attribute.text('NWC'),
      }),
    inputShape: [9, 3],
  },
  { op: 'Conv2D', write: (g, x) => g.node('Conv2D', [x, g.floats([3, 3, 3, 4])], window2d(2)) },
  {
    op: 'Conv2D, dilated',
    write: (g, x) => g.node('Conv2D', [x, g.floats([2, 2, 3, 4])], window2d(1, 'VALID', 'NHWC', 2)),
    hasGradient: false,
  },
  {
    op: 'Conv2D, explicit padding',
    write: (g, x) =>
      g.node('Conv2D', [x, g.floats([3, 3, 3, 4])], {
        ...window2d(1, 'EXPLICIT'),
        explicit_paddings: attribute.integers(0, 0, 1, 2, 0, 1, 0, 0),
      }),
    hasGradient: false,
  },
  {
    op: '_FusedConv2D',
    write: (g, x) =>
      g.node('_FusedConv2D', [x, g.floats([3, 3, 3, 4]), g.floats([4]), g.floats([4], [0.1, 0.4])], {
        ...window2d(),
        fused_ops: attribute.texts('BiasAdd', 'Prelu'),
        num_args: attribute.integer(2),
      }),
  },
  {
    op: '_FusedConv2D, leaky',
    write: (g, x) =>
      g.node('_FusedConv2D', [x, g.floats([3, 3, 3, 4]), g.floats([4])], {
        ...window2d(),
        fused_ops: attribute.texts('BiasAdd', 'LeakyRelu'),
        num_args: attribute.integer(1),
        leakyrelu_alpha: attribute.float(0.1),
      }),
    hasGradient: false,
  },
  {
    op: 'DepthwiseConv2dNative',
    write: (g, x) => g.node('DepthwiseConv2dNative', [x, g.floats([3, 3, 3, 2])], window2d(2)),
  },
  {
    op: 'FusedDepthwiseConv2dNative',
    write: (g, x) =>
      g.node('FusedDepthwiseConv2dNative', [x, g.floats([3, 3, 3, 1]), g.floats([3])], {
        ...window2d(),
        fused_ops: attribute.texts('BiasAdd', 'Relu6'),
        num_args: attribute.integer(1),
      }),
  },
  {
    op: 'Conv2DBackpropInput',
    write: (g, x) =>
      g.node('Conv2DBackpropInput', [g.ints([2, 12, 8, 4]), g.floats([3, 3, 4, 3]), x], window2d(2)),
  },
  {
    op: 'Conv3D',
    write: (g, x) => g.node('Conv3D', [x, g.floats([3, 3, 3, 2, 3])], window3d(2)),
    inputShape: [4, 5, 4, 2],
  },
  { op: 'MaxPool', write: of('MaxPool', { ...window2d(2), ksize: attribute.integers(1, 3, 3, 1) }) },
  {
    op: 'AvgPool',
    write: of('AvgPool', { ...window2d(2, 'VALID'), ksize: attribute.integers(1, 2, 2, 1) }),
    hasGradient: false,
  },
  {
    op: 'MaxPool3D',
    write: of('MaxPool3D', { ...window3d(2), ksize: attribute.integers(1, 2, 2, 2, 1) }),
    inputShape: [4, 5, 4, 2],
  },
  {
    op: 'AvgPool3D',
    write: of('AvgPool3D', { ...window3d(2), ksize: attribute.integers(1, 2, 2, 2, 1) }),
    inputShape: [4, 5, 4, 2],
    hasGradient: false,
  },
  {
    op: 'SpaceToBatchND, BatchToSpaceND',
    write: (g, x) => {
      const parted = g.node('SpaceToBatchND', [x, g.ints([2, 2]), g.ints([2, 2, 2, 2], [2, 2])])
      const convolved = g.node('Conv2D', [parted, g.floats([3, 3, 3, 4])], window2d(1, 'VALID'))
      return g.node('BatchToSpaceND', [convolved, g.ints([2, 2]), g.ints([0, 0, 0, 0], [2, 2])])
    },
  },
  {
    op: 'DepthToSpace',
    write: of('DepthToSpace', { block_size: attribute.integer(2), data_format: attribute.text('NHWC') }),
    inputShape: [3, 2, 8],
    hasGradient: false,
  },
  ...[
    [true, false],
    [false, true],
    [false, false],
  ].flatMap(([corners = false, half = false]) =>
    ['ResizeBilinear', 'ResizeNearestNeighbor'].flatMap((op) =>
      [
        [9, 7],
        [3, 2],
      ].map((size) => ({
        op: `${op} to ${size.join('x')}${corners ? ', aligned corners' : half ? ', half-pixel centres' : ''}`,
        write: (g: TfjsGraph, x: string) =>
          g.node(op, [x, g.ints(size)], {
            align_corners: attribute.flag(corners),
            half_pixel_centers: attribute.flag(half),
          }),
        hasGradient: false,
      })),
    ),
  ),
]

const matrices: readonly Case[] = [
  {
    op: 'MatMul',
    write: (g, x) =>
      g.node('MatMul', [x, g.floats([5, 6])], {
        transpose_a: attribute.flag(false),
        transpose_b: attribute.flag(true),
      }),
    inputShape: [6],
  },
  {
    op: '_FusedMatMul',
    write: (g, x) =>
      g.node('_FusedMatMul', [x, g.floats([6, 4]), g.floats([4])], {
        fused_ops: attribute.texts('BiasAdd', 'Relu'),
        num_args: attribute.integer(1),
        transpose_a: attribute.flag(false),
        transpose_b: attribute.flag(false),
      }),
    inputShape: [6],
  },
  ...['BatchMatMul', 'BatchMatMulV2'].map((op) => ({
    op,
    write: (g: TfjsGraph, x: string) =>
      g.node(op, [x, x], { adj_x: attribute.flag(false), adj_y: attribute.flag(true) }),
  })),
  {
    op: 'Einsum',
    write: (g, x) =>
      g.node('Einsum', [x, g.floats([3, 5])], {
        N: attribute.integer(2),
        equation: attribute.text('bhwc,cd->bhwd'),
      }),
    hasGradient: false,
  },
  { op: 'Transpose', write: (g, x) => g.node('Transpose', [x, g.ints([0, 3, 1, 2])]) },
]

const normalizations: readonly Case[] = [
  ...['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'].map((op) => ({
    op,
    write: (g: TfjsGraph, x: string) => {
      const statistics = [g.floats([3], [0.5, 1.5]), g.floats([3]), g.floats([3]), g.floats([3], [0.5, 1.5])]
      return g.node(op, [x, ...statistics], {
        epsilon: attribute.float(0.01),
        is_training: attribute.flag(false),
        data_format: attribute.text('NHWC'),
      })
    },
  })),
  {
    op: 'LRN',
    write: of('LRN', {
      depth_radius: attribute.integer(1),
      bias: attribute.float(1),
      alpha: attribute.float(0.3),
      beta: attribute.float(0.7),
    }),
    hasGradient: false,
  },
  { op: 'Softmax', write: of('Softmax') },
  { op: 'LogSoftmax', write: of('LogSoftmax') },
]

const reductions: readonly Case[] = [
  ...['Mean', 'Sum', 'Max', 'Min', 'Prod'].flatMap((op) => [
    { op: `${op} over the image`, write: over(op, [1, 2]), hasGradient: op !== 'Prod' },
    { op: `${op} over the classes`, write: over(op, [-1], true), hasGradient: op !== 'Prod' },
  ]),
  { op: 'EuclideanNorm', write: over('EuclideanNorm', [1, 2]) },
  ...['ArgMax', 'ArgMin'].map((op) => ({
    op,
    write: (g: TfjsGraph, x: string) => {
      const place = g.node('Cast', [g.node(op, [x, g.ints([3], [])])], {
        DstT: attribute.float32,
        SrcT: attribute.int32,
      })
      return g.node('Mul', [x, g.node('ExpandDims', [place, g.ints([3], [])])])
    },
    hasGradient: false,
  })),
  {
    op: 'Cumsum',
    write: (g, x) =>
      g.node('Cumsum', [x, g.ints([2], [])], {
        exclusive: attribute.flag(true),
        reverse: attribute.flag(true),
      }),
    hasGradient: false,
  },
]

const mask = (begin: number, end: number, shrink = 0, ellipsis = 0, added = 0): Attributes => ({
  begin_mask: attribute.integer(begin),
  end_mask: attribute.integer(end),
  shrink_axis_mask: attribute.integer(shrink),
  ellipsis_mask: attribute.integer(ellipsis),
  new_axis_mask: attribute.integer(added),
})

const strided =
  (begin: number[], end: number[], steps: number[], masks: Attributes) => (g: TfjsGraph, x: string) =>
    g.node('StridedSlice', [x, g.ints(begin), g.ints(end), g.ints(steps)], masks)

const shaping: readonly Case[] = [
  { op: 'Reshape', write: (g, x) => g.node('Reshape', [x, g.ints([-1, 24, 3])]) },
  { op: 'Reshape, flat', write: (g, x) => g.node('Reshape', [x, g.ints([-1, 72])]) },
  {
    op: 'Squeeze',
    write: (g, x) =>
      g.node('Squeeze', [g.node('ExpandDims', [x, g.ints([1], [])])], {
        squeeze_dims: attribute.integers(1),
      }),
  },
  { op: 'ExpandDims', write: (g, x) => g.node('ExpandDims', [x, g.ints([-1], [])]) },
  { op: 'Pad', write: (g, x) => g.node('Pad', [x, g.ints([0, 0, 1, 2, 0, 1, 0, 0], [4, 2])]) },
  {
    op: 'PadV2',
    write: (g, x) => g.node('PadV2', [x, g.ints([0, 0, 1, 2, 0, 1, 2, 0], [4, 2]), g.floats([], [0.5, 0.6])]),
  },
  ...['REFLECT', 'SYMMETRIC'].map((mode) => ({
    op: `MirrorPad, ${mode.toLowerCase()}`,
    write: (g: TfjsGraph, x: string) =>
      g.node('MirrorPad', [x, g.ints([0, 0, 1, 2, 2, 1, 0, 0], [4, 2])], { mode: attribute.text(mode) }),
    hasGradient: false,
  })),
  {
    op: 'ConcatV2',
    write: (g, x) =>
      g.node('ConcatV2', [x, g.node('Square', [x]), g.ints([3], [])], { N: attribute.integer(2) }),
  },
  {
    op: 'Concat',
    write: (g, x) =>
      g.node('Concat', [g.ints([1], []), x, g.node('Square', [x])], { N: attribute.integer(2) }),
  },
  { op: 'Slice', write: (g, x) => g.node('Slice', [x, g.ints([0, 1, 0, 1]), g.ints([-1, 3, -1, 2])]) },
  {
    op: 'StridedSlice',
    write: strided([0, 1, 0, 0], [0, 6, 4, 3], [1, 2, 1, 1], mask(1, 1)),
    hasGradient: false,
  },
  {
    op: 'StridedSlice, one place',
    write: strided([0, 1], [0, 2], [1, 1], mask(1, 1, 2)),
    hasGradient: false,
  },
  {
    op: 'StridedSlice, ellipsis',
    write: strided([0, 1], [0, 3], [1, 1], mask(0, 0, 0, 1)),
    hasGradient: false,
  },
  {
    op: 'StridedSlice, one class behind an ellipsis',
    write: strided([0, -1], [0, 0], [1, 1], mask(0, 0, 2, 1)),
    hasGradient: false,
  },
  {
    op: 'StridedSlice, new axis',
    write: strided([0, 0, 1], [0, 0, 4], [1, 1, 1], mask(1, 1, 0, 0, 2)),
    hasGradient: false,
  },
  {
    op: 'StridedSlice, backwards',
    write: strided([0, -1, 0, 0], [0, 0, 0, 0], [1, -1, 1, 1], mask(15, 15)),
    hasGradient: false,
  },
  {
    op: 'Split',
    write: (g, x) =>
      g.node('Mul', [
        `${g.node('Split', [g.ints([2], []), x], { num_split: attribute.integer(2) }, 'parts')}:0`,
        'parts:1',
      ]),
  },
  {
    op: 'SplitV',
    write: (g, x) =>
      g.node(
        'ConcatV2',
        [
          `${g.node('SplitV', [x, g.ints([1, 2]), g.ints([3], [])], { num_split: attribute.integer(2) }, 'parts')}:1`,
          'parts:0',
          g.ints([3], []),
        ],
        { N: attribute.integer(2) },
      ),
  },
  {
    op: 'Pack',
    write: (g, x) =>
      g.node('Pack', [x, g.node('Square', [x])], { axis: attribute.integer(-1), N: attribute.integer(2) }),
  },
  {
    op: 'Unpack',
    write: (g, x) =>
      g.node('Mul', [
        `${g.node('Unpack', [x], { axis: attribute.integer(-1), num: attribute.integer(3) }, 'parts')}:0`,
        'parts:2',
      ]),
  },
  { op: 'Tile', write: (g, x) => g.node('Tile', [x, g.ints([1, 2, 1, 2])]) },
  {
    op: 'BroadcastTo',
    write: (g, x) => g.node('Mul', [x, g.node('BroadcastTo', [g.floats([1, 3]), g.ints([4, 3])])]),
  },
  {
    op: 'BroadcastTo of the image',
    write: (g, x) => {
      const mean = g.node('Mean', [x, g.ints([2])], { keep_dims: attribute.flag(true) })
      return g.node('BroadcastTo', [mean, g.node('Shape', [x], { out_type: attribute.int32 })])
    },
  },
  {
    op: 'GatherV2',
    write: (g, x) =>
      g.node('GatherV2', [x, g.ints([2, 0]), g.ints([3], [])], { batch_dims: attribute.integer(0) }),
  },
  {
    op: 'Gather',
    write: (g, x) =>
      g.node('Transpose', [
        g.node('Gather', [g.node('Transpose', [x, g.ints([3, 0, 1, 2])]), g.ints([2, 0])]),
        g.ints([1, 2, 3, 0]),
      ]),
  },
  {
    op: 'GatherNd',
    write: (g, x) =>
      g.node('Transpose', [
        g.node('GatherNd', [g.node('Transpose', [x, g.ints([3, 1, 0, 2])]), g.ints([2, 0, 1, 5], [2, 2])]),
        g.ints([1, 0, 2]),
      ]),
    hasGradient: false,
  },
  { op: 'ReverseV2', write: (g, x) => g.node('ReverseV2', [x, g.ints([1, 3])]) },
  ...['ZerosLike', 'OnesLike'].map((op) => ({
    op,
    write: (g: TfjsGraph, x: string) => g.node('Add', [g.node('Square', [x]), g.node(op, [x])]),
  })),
  {
    op: 'Fill',
    write: (g, x) => g.node('Mul', [x, g.node('Fill', [g.ints([4, 3]), g.floats([], [0.4, 0.5])])]),
  },
  {
    op: 'Range',
    write: (g, x) =>
      g.node('Mul', [
        x,
        g.node('Cast', [g.node('Range', [g.ints([1], []), g.ints([4], []), g.ints([1], [])])], {
          DstT: attribute.float32,
        }),
      ]),
  },
  {
    op: 'OneHot',
    write: (g, x) =>
      g.node('Mul', [
        x,
        g.node('OneHot', [
          g.ints([0, 2, 1, 1]),
          g.ints([3], []),
          g.floats([], [1, 1.1]),
          g.floats([], [0.3, 0.4]),
        ]),
      ]),
  },
  {
    op: 'TopKV2',
    write: (g, x) => `${g.node('TopKV2', [x, g.ints([2], [])], { sorted: attribute.flag(true) }, 'top')}:0`,
    hasGradient: false,
  },
]

describe.each([
  ['arithmetic', arithmetic],
  ['functions of a value', elementwise],
  ['comparisons and choices', logical],
  ['windows', windows],
  ['matrices', matrices],
  ['normalisations', normalizations],
  ['reductions', reductions],
  ['shapes', shaping],
])('operations of graphs are the same in ONNX: %s', (_, cases) => {
  test.each(cases)('$op', async ({ write, inputShape = [6, 4, 3], hasGradient }) => {
    const graph = new TfjsGraph()
    const image = graph.input('image', [-1, ...inputShape])
    await expectSameGraph(graph.saved(image, write(graph, image)), inputShape, hasGradient)
  })

  // There the image has its channels first in ONNX.
  test.each(cases.filter(({ inputShape = [6, 4, 3] }) => inputShape.length === 3))(
    '$op behind a convolution',
    async (each) => {
      const { write, inputShape = [6, 4, 3], hasGradient } = each
      const graph = new TfjsGraph()
      const image = graph.input('image', [-1, ...inputShape])
      const same = graph.node(
        'DepthwiseConv2dNative',
        [image, graph.floats([1, 1, inputShape[2] ?? 1, 1], [1, 1])],
        window2d(),
      )
      await expectSameGraph(graph.saved(image, write(graph, same)), inputShape, hasGradient)
    },
  )
})
