import { stringAttribute } from '../../onnx/attributes.ts'
import type { Shape } from '../../tensor/tensor.ts'
import { parseEquation, type EinsumEquation, type Labels } from '../einsum-equation.ts'
import type { Emitter } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/**
 * A sum of products is linear in each operand: its cotangent is the sum of products of g and the others, with
 * its own labels as the result's.
 */
export const Einsum: VjpRule = (node, emit) => {
  const ranks = node.inputs.map((_, index) => node.input(index).shape.length)
  const equation = parseEquation(stringAttribute(node, 'equation', ''), ranks)
  return node.inputs.map((_, index) => () => ofOperand(node, index, equation, emit))
}

interface Factor {
  readonly value: Value
  readonly labels: Labels
}

function ofOperand(
  node: ForwardNode,
  index: number,
  { operands, result }: EinsumEquation,
  emit: Emitter,
): Value {
  const labels = operands[index] ?? []
  const operand = node.input(index)
  if (new Set(labels).size < labels.length)
    throw node.unsupported('each label once in an operand', labels.join(''))
  const all = operands.map((each, position): Factor => ({ value: node.input(position), labels: each }))
  const factors = [{ value: node.g, labels: result }, ...all.filter((_, position) => position !== index)]
  const extents = new Map(
    factors.flatMap((factor) =>
      factor.labels.map((label, axis) => [label, factor.value.shape[axis] ?? 1] as const),
    ),
  )
  // A label that the operand alone has was summed over: the same cotangent all along it.
  const kept = labels.filter((label) => extents.has(label))
  const shapeOf = (axes: Labels): Shape => axes.map((label) => extents.get(label) ?? 1)
  const equation = `${factors.map((factor) => factor.labels.join('')).join()}->${kept.join('')}`
  const values = factors.map(({ value }) => value)
  const product = emit.op('Einsum', values, shapeOf(kept), { attributes: { equation } })
  return emit.expand(emit.reshape(product, shapeOf(labels)), operand.shape)
}
