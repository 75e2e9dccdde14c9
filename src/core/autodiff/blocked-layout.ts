import { intAttribute } from '../onnx/attributes.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import { extentOf } from '../tensor/tensor.ts'
import type { Emitter, Value } from './emitter.ts'
import { sameShape } from './shapes.ts'

/** Channels of a block: 16 with AVX-512, 8 or 4 on other processors. */
const channelBlock = 16

/**
 * Keeps sums in the layout of ONNX Runtime's CPU convolutions. They give their images in blocks of channels
 * ([N, C/16, H, W, 16]), and what is added, masked or pooled stays so; but where one of two summands is
 * plain, the other is reordered, and so is everything after it. In a residual network one plain cotangent (of
 * the average at the end, of a strided convolution) does that to a whole stage. Here a plain summand first
 * passes a depthwise convolution by ones, with which ONNX Runtime fuses the addition. (ResNet-50's gradient
 * step takes 3 % less.)
 */
export function keepBlocked(
  nodes: readonly OnnxNode[],
  values: ReadonlyMap<string, Value>,
  emit: Emitter,
): OnnxNode[] {
  const blocked = new Set<string>()
  const image = (name: string): Value | undefined => values.get(name)
  return nodes.flatMap((node) => {
    const [output = ''] = node.outputs
    const plain = plainSummand(node, values, blocked)
    if (staysBlocked(node, values, blocked) || plain !== undefined) blocked.add(output)
    const summand = image(plain ?? '')
    if (plain === undefined || summand === undefined) return [node]
    const copy = blockedCopy(summand, emit)
    return [
      copy,
      { ...node, inputs: node.inputs.map((name) => (name === plain ? (copy.outputs[0] ?? '') : name)) },
    ]
  })
}

/** The plain one of two summands of which the other is blocked. */
function plainSummand(
  node: OnnxNode,
  values: ReadonlyMap<string, Value>,
  blocked: ReadonlySet<string>,
): string | undefined {
  const [a = '', b = ''] = node.inputs
  const [x, y] = [values.get(a), values.get(b)]
  if (
    node.opType !== 'Add' ||
    x === undefined ||
    y === undefined ||
    !sameShape(x.shape, y.shape) ||
    !fillsBlocks(x)
  )
    return undefined
  if (blocked.has(a) === blocked.has(b)) return undefined
  return blocked.has(a) ? b : a
}

/**
 * Whether ONNX Runtime gives a node's first output in blocks: its convolutions and pools always, others if
 * what they read is.
 */
function staysBlocked(
  node: OnnxNode,
  values: ReadonlyMap<string, Value>,
  blocked: ReadonlySet<string>,
): boolean {
  const output = values.get(node.outputs[0] ?? '')
  if (output === undefined || !fillsBlocks(output)) return false
  const all = (): boolean =>
    node.inputs.every((name) => blocked.has(name) && sameShape(values.get(name)?.shape ?? [], output.shape))
  switch (node.opType) {
    case 'Conv':
      return [1, output.shape[1]].includes(intAttribute(node, 'group', 1))
    case 'MaxPool':
    case 'AveragePool':
      return node.outputs.length === 1
    case 'BatchNormalization':
      return blocked.has(node.inputs[0] ?? '')
    case 'Relu':
    case 'HardSigmoid':
    case 'Sigmoid':
    case 'Add':
    case 'Mul':
      return all()
    default:
      return false
  }
}

/** Whether a value is a batch of images [N, C, H, W] whose channels fill whole blocks. */
function fillsBlocks({ shape }: Value): boolean {
  return shape.length === 4 && extentOf(shape, 1) % channelBlock === 0
}

function blockedCopy({ name, shape }: Value, emit: Emitter): OnnxNode {
  const channels = extentOf(shape, 1)
  const ones = emit.floats([channels, 1, 1, 1], new Float32Array(channels).fill(1))
  const output = `${ones.name}_blocked`
  const attributes = { kernel_shape: [1, 1], group: channels }
  return {
    opType: 'Conv',
    domain: '',
    name: output,
    inputs: [name, ones.name],
    outputs: [output],
    attributes,
  }
}
