import { RadversaryError } from '../errors.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import type { VjpRule } from './rule.ts'
import { Abs } from './vjp/Abs.ts'
import { Acos } from './vjp/Acos.ts'
import { Acosh } from './vjp/Acosh.ts'
import { Add } from './vjp/Add.ts'
import { AffineGrid } from './vjp/AffineGrid.ts'
import { Asin } from './vjp/Asin.ts'
import { Asinh } from './vjp/Asinh.ts'
import { Atan } from './vjp/Atan.ts'
import { Atanh } from './vjp/Atanh.ts'
import { AveragePool } from './vjp/AveragePool.ts'
import { BatchNormalization } from './vjp/BatchNormalization.ts'
import { Cast } from './vjp/Cast.ts'
import { Celu } from './vjp/Celu.ts'
import { Clip } from './vjp/Clip.ts'
import { Col2Im } from './vjp/Col2Im.ts'
import { Concat } from './vjp/Concat.ts'
import { Conv } from './vjp/Conv.ts'
import { ConvTranspose } from './vjp/ConvTranspose.ts'
import { Cos } from './vjp/Cos.ts'
import { Cosh } from './vjp/Cosh.ts'
import { CumSum } from './vjp/CumSum.ts'
import { DepthToSpace } from './vjp/DepthToSpace.ts'
import { Div } from './vjp/Div.ts'
import { Dropout } from './vjp/Dropout.ts'
import { Einsum } from './vjp/Einsum.ts'
import { Elu } from './vjp/Elu.ts'
import { Erf } from './vjp/Erf.ts'
import { Exp } from './vjp/Exp.ts'
import { Expand } from './vjp/Expand.ts'
import { Flatten } from './vjp/Flatten.ts'
import { Gather } from './vjp/Gather.ts'
import { GatherElements } from './vjp/GatherElements.ts'
import { GatherND } from './vjp/GatherND.ts'
import { Gelu } from './vjp/Gelu.ts'
import { Gemm } from './vjp/Gemm.ts'
import { GlobalAveragePool } from './vjp/GlobalAveragePool.ts'
import { GlobalLpPool } from './vjp/GlobalLpPool.ts'
import { GlobalMaxPool } from './vjp/GlobalMaxPool.ts'
import { GridSample } from './vjp/GridSample.ts'
import { HardSigmoid } from './vjp/HardSigmoid.ts'
import { HardSwish } from './vjp/HardSwish.ts'
import { Identity } from './vjp/Identity.ts'
import { InstanceNormalization } from './vjp/InstanceNormalization.ts'
import { LRN } from './vjp/LRN.ts'
import { LayerNormalization } from './vjp/LayerNormalization.ts'
import { LeakyRelu } from './vjp/LeakyRelu.ts'
import { Log } from './vjp/Log.ts'
import { LogSoftmax } from './vjp/LogSoftmax.ts'
import { LpNormalization } from './vjp/LpNormalization.ts'
import { LpPool } from './vjp/LpPool.ts'
import { MatMul } from './vjp/MatMul.ts'
import { Max } from './vjp/Max.ts'
import { MaxPool } from './vjp/MaxPool.ts'
import { Mean } from './vjp/Mean.ts'
import { MeanVarianceNormalization } from './vjp/MeanVarianceNormalization.ts'
import { Min } from './vjp/Min.ts'
import { Mod } from './vjp/Mod.ts'
import { Mul } from './vjp/Mul.ts'
import { Neg } from './vjp/Neg.ts'
import { PRelu } from './vjp/PRelu.ts'
import { Pad } from './vjp/Pad.ts'
import { Pow } from './vjp/Pow.ts'
import { RMSNormalization } from './vjp/RMSNormalization.ts'
import { Reciprocal } from './vjp/Reciprocal.ts'
import { ReduceL1 } from './vjp/ReduceL1.ts'
import { ReduceL2 } from './vjp/ReduceL2.ts'
import { ReduceLogSum } from './vjp/ReduceLogSum.ts'
import { ReduceLogSumExp } from './vjp/ReduceLogSumExp.ts'
import { ReduceMax } from './vjp/ReduceMax.ts'
import { ReduceMean } from './vjp/ReduceMean.ts'
import { ReduceMin } from './vjp/ReduceMin.ts'
import { ReduceProd } from './vjp/ReduceProd.ts'
import { ReduceSum } from './vjp/ReduceSum.ts'
import { ReduceSumSquare } from './vjp/ReduceSumSquare.ts'
import { Relu } from './vjp/Relu.ts'
import { Reshape } from './vjp/Reshape.ts'
import { Resize } from './vjp/Resize.ts'
import { ScatterElements } from './vjp/ScatterElements.ts'
import { ScatterND } from './vjp/ScatterND.ts'
import { Selu } from './vjp/Selu.ts'
import { Shrink } from './vjp/Shrink.ts'
import { Sigmoid } from './vjp/Sigmoid.ts'
import { Sin } from './vjp/Sin.ts'
import { Sinh } from './vjp/Sinh.ts'
import { Slice } from './vjp/Slice.ts'
import { Softmax } from './vjp/Softmax.ts'
import { Softplus } from './vjp/Softplus.ts'
import { Softsign } from './vjp/Softsign.ts'
import { SpaceToDepth } from './vjp/SpaceToDepth.ts'
import { Split } from './vjp/Split.ts'
import { Sqrt } from './vjp/Sqrt.ts'
import { Squeeze } from './vjp/Squeeze.ts'
import { Sub } from './vjp/Sub.ts'
import { Sum } from './vjp/Sum.ts'
import { Tan } from './vjp/Tan.ts'
import { Tanh } from './vjp/Tanh.ts'
import { ThresholdedRelu } from './vjp/ThresholdedRelu.ts'
import { Tile } from './vjp/Tile.ts'
import { TopK } from './vjp/TopK.ts'
import { Transpose } from './vjp/Transpose.ts'
import { Trilu } from './vjp/Trilu.ts'
import { Unsqueeze } from './vjp/Unsqueeze.ts'
import { Where } from './vjp/Where.ts'

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
      tip: 'The list of supported operators is in docs/operators.md; another export of the model may use simpler ones.',
    },
  )
}

function isSupported(opType: string): opType is SupportedOp {
  return Object.hasOwn(rules, opType)
}
