import { RadversaryError } from '../errors.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import type { VjpRule } from './rule.ts'
import {
  Celu,
  Elu,
  Gelu,
  HardSigmoid,
  HardSwish,
  LeakyRelu,
  LogSoftmax,
  PRelu,
  Relu,
  Selu,
  Shrink,
  Sigmoid,
  Softmax,
  Softplus,
  Softsign,
  ThresholdedRelu,
} from './vjp/activation.ts'
import { Conv, ConvTranspose } from './vjp/convolution.ts'
import {
  Abs,
  Acos,
  Acosh,
  Add,
  Asin,
  Asinh,
  Atan,
  Atanh,
  Cast,
  Clip,
  Cos,
  Cosh,
  Div,
  Dropout,
  Erf,
  Exp,
  Identity,
  Log,
  Max,
  Mean,
  Min,
  Mod,
  Mul,
  Neg,
  Pow,
  Reciprocal,
  Sin,
  Sinh,
  Sqrt,
  Sub,
  Sum,
  Tan,
  Tanh,
  Where,
} from './vjp/elementwise.ts'
import { GridSample } from './vjp/grid.ts'
import { Gather, GatherElements, GatherND, ScatterElements, ScatterND } from './vjp/indexing.ts'
import { Einsum, Gemm, MatMul } from './vjp/linear-algebra.ts'
import {
  Col2Im,
  Concat,
  DepthToSpace,
  Expand,
  Flatten,
  Pad,
  Reshape,
  Slice,
  SpaceToDepth,
  Split,
  Squeeze,
  Tile,
  Transpose,
  Trilu,
  Unsqueeze,
} from './vjp/movement.ts'
import {
  BatchNormalization,
  InstanceNormalization,
  LayerNormalization,
  LpNormalization,
  LRN,
  MeanVarianceNormalization,
  RMSNormalization,
} from './vjp/normalization.ts'
import {
  AveragePool,
  GlobalAveragePool,
  GlobalLpPool,
  GlobalMaxPool,
  LpPool,
  MaxPool,
} from './vjp/pooling.ts'
import {
  CumSum,
  ReduceL1,
  ReduceL2,
  ReduceLogSum,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
  TopK,
} from './vjp/reduction.ts'
import { AffineGrid, Resize, RoiAlign } from './vjp/sampling.ts'

/** The one table of rules, by operator of ONNX's own domain. */
const rules = {
  Abs,
  Acos,
  Acosh,
  Add,
  AffineGrid,
  Asin,
  Asinh,
  Atan,
  Atanh,
  AveragePool,
  BatchNormalization,
  Cast,
  Celu,
  Clip,
  Col2Im,
  Concat,
  Conv,
  ConvTranspose,
  Cos,
  Cosh,
  CumSum,
  DepthToSpace,
  Div,
  Dropout,
  Einsum,
  Elu,
  Erf,
  Exp,
  Expand,
  Flatten,
  Gather,
  GatherElements,
  GatherND,
  Gelu,
  Gemm,
  GlobalAveragePool,
  GlobalLpPool,
  GlobalMaxPool,
  GridSample,
  HardSigmoid,
  HardSwish,
  Identity,
  InstanceNormalization,
  LRN,
  LayerNormalization,
  LeakyRelu,
  Log,
  LogSoftmax,
  LpNormalization,
  LpPool,
  MatMul,
  Max,
  MaxPool,
  Mean,
  MeanVarianceNormalization,
  Min,
  Mod,
  Mul,
  Neg,
  PRelu,
  Pad,
  Pow,
  RMSNormalization,
  Reciprocal,
  ReduceL1,
  ReduceL2,
  ReduceLogSum,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
  Relu,
  Reshape,
  Resize,
  RoiAlign,
  ScatterElements,
  ScatterND,
  Selu,
  Shrink,
  Sigmoid,
  Sin,
  Sinh,
  Slice,
  Softmax,
  Softplus,
  Softsign,
  SpaceToDepth,
  Split,
  Sqrt,
  Squeeze,
  Sub,
  Sum,
  Tan,
  Tanh,
  ThresholdedRelu,
  Tile,
  TopK,
  Transpose,
  Trilu,
  Unsqueeze,
  Where,
} satisfies Record<string, VjpRule>

/** What runs without a gradient. */
export const blackBoxes =
  'predictions, black-box methods (square, spsa, hopskipjump), noise and corruptions do run'

/** Operators that a gradient can pass. */
export type SupportedOp = keyof typeof rules

/** The names of all operators that have a rule. */
export const supportedOps = Object.keys(rules) as readonly SupportedOp[]

/**
 * The rule of a node's operator. Throws `model-unsupported`, naming operator and node, when there is none.
 */
export function ruleOf(node: OnnxNode): VjpRule {
  if (node.domain === '' && isSupported(node.opType)) return rules[node.opType]
  const operator = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`
  throw new RadversaryError(
    'model-unsupported',
    `${operator}: no gradient rule (node '${node.name || (node.outputs[0] ?? '')}')`,
    {
      tip: `The list of supported operators is in docs/operators.md; another export of the model may use simpler ones. Without gradients, ${blackBoxes}.`,
    },
  )
}

function isSupported(opType: string): opType is SupportedOp {
  return Object.hasOwn(rules, opType)
}
