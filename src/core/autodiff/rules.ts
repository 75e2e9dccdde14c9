import { RadversaryError } from '../errors.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import type { VjpRule } from './rule.ts'
import { Abs } from './vjp/Abs.ts'
import { Add } from './vjp/Add.ts'
import { AveragePool } from './vjp/AveragePool.ts'
import { BatchNormalization } from './vjp/BatchNormalization.ts'
import { Cast } from './vjp/Cast.ts'
import { Clip } from './vjp/Clip.ts'
import { Concat } from './vjp/Concat.ts'
import { Conv } from './vjp/Conv.ts'
import { ConvTranspose } from './vjp/ConvTranspose.ts'
import { Div } from './vjp/Div.ts'
import { Dropout } from './vjp/Dropout.ts'
import { Elu } from './vjp/Elu.ts'
import { Erf } from './vjp/Erf.ts'
import { Exp } from './vjp/Exp.ts'
import { Expand } from './vjp/Expand.ts'
import { Flatten } from './vjp/Flatten.ts'
import { Gather } from './vjp/Gather.ts'
import { Gemm } from './vjp/Gemm.ts'
import { GlobalAveragePool } from './vjp/GlobalAveragePool.ts'
import { HardSigmoid } from './vjp/HardSigmoid.ts'
import { HardSwish } from './vjp/HardSwish.ts'
import { Identity } from './vjp/Identity.ts'
import { InstanceNormalization } from './vjp/InstanceNormalization.ts'
import { LayerNormalization } from './vjp/LayerNormalization.ts'
import { LeakyRelu } from './vjp/LeakyRelu.ts'
import { Log } from './vjp/Log.ts'
import { LogSoftmax } from './vjp/LogSoftmax.ts'
import { MatMul } from './vjp/MatMul.ts'
import { Max } from './vjp/Max.ts'
import { MaxPool } from './vjp/MaxPool.ts'
import { Min } from './vjp/Min.ts'
import { Mul } from './vjp/Mul.ts'
import { Neg } from './vjp/Neg.ts'
import { PRelu } from './vjp/PRelu.ts'
import { Pad } from './vjp/Pad.ts'
import { Pow } from './vjp/Pow.ts'
import { ReduceLogSumExp } from './vjp/ReduceLogSumExp.ts'
import { ReduceMax } from './vjp/ReduceMax.ts'
import { ReduceMean } from './vjp/ReduceMean.ts'
import { ReduceMin } from './vjp/ReduceMin.ts'
import { ReduceSum } from './vjp/ReduceSum.ts'
import { Relu } from './vjp/Relu.ts'
import { Reshape } from './vjp/Reshape.ts'
import { Resize } from './vjp/Resize.ts'
import { Selu } from './vjp/Selu.ts'
import { Sigmoid } from './vjp/Sigmoid.ts'
import { Slice } from './vjp/Slice.ts'
import { Softmax } from './vjp/Softmax.ts'
import { Softplus } from './vjp/Softplus.ts'
import { Split } from './vjp/Split.ts'
import { Sqrt } from './vjp/Sqrt.ts'
import { Squeeze } from './vjp/Squeeze.ts'
import { Sub } from './vjp/Sub.ts'
import { Sum } from './vjp/Sum.ts'
import { Tanh } from './vjp/Tanh.ts'
import { Transpose } from './vjp/Transpose.ts'
import { Unsqueeze } from './vjp/Unsqueeze.ts'
import { Where } from './vjp/Where.ts'

/** The one table of rules, by operator of ONNX's own domain. */
const rules = {
  Abs,
  Add,
  AveragePool,
  BatchNormalization,
  Cast,
  Clip,
  Concat,
  Conv,
  ConvTranspose,
  Div,
  Dropout,
  Elu,
  Erf,
  Exp,
  Expand,
  Flatten,
  Gather,
  Gemm,
  GlobalAveragePool,
  HardSigmoid,
  HardSwish,
  Identity,
  InstanceNormalization,
  LayerNormalization,
  LeakyRelu,
  Log,
  LogSoftmax,
  MatMul,
  Max,
  MaxPool,
  Min,
  Mul,
  Neg,
  PRelu,
  Pad,
  Pow,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceSum,
  Relu,
  Reshape,
  Resize,
  Selu,
  Sigmoid,
  Slice,
  Softmax,
  Softplus,
  Split,
  Sqrt,
  Squeeze,
  Sub,
  Sum,
  Tanh,
  Transpose,
  Unsqueeze,
  Where,
} satisfies Record<string, VjpRule>

/** Operators that a gradient can pass. */
export type SupportedOp = keyof typeof rules

/** The names of all operators that have a rule. */
export const supportedOps = Object.keys(rules) as readonly SupportedOp[]

/** The rule of a node's operator. Throws `model-unsupported`, naming operator and node, when there is none. */
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
