import { entry } from '../../entry.ts'
import { floatAttribute, intAttribute, stringAttribute } from '../../onnx/attributes.ts'
import { extentOf, type Shape } from '../../tensor/tensor.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import type { VjpRule } from '../rule.ts'
import { broadcastExtent, broadcastShapes } from '../shapes.ts'

/** The labels of an axis each, by operand and of the result; no ellipsis any more. */
export interface EinsumEquation {
  readonly operands: readonly Labels[]
  readonly result: Labels
}

/** One letter an axis. */
export type Labels = readonly string[]

const letters = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
const ellipsis = '...'

/**
 * An equation of ONNX Einsum (opset 12), e.g. 'bij,bjk->bik' or '...ij,...jk', for operands of the given
 * ranks: an ellipsis becomes labels that the equation does not use, aligned from the right; without an arrow
 * the result has the ellipsis and then, in alphabetical order, every label that occurs once.
 */
export function parseEquation(equation: string, ranks: readonly number[]): EinsumEquation {
  const [left = '', right] = equation.replaceAll(/\s/g, '').split('->')
  const terms = left.split(',')
  const widths = terms.map((term, index) =>
    term.includes(ellipsis) ? entry(ranks, index) - term.length + ellipsis.length : 0,
  )
  const free = letters.filter((letter) => !left.includes(letter)).slice(0, Math.max(...widths))
  const labels = (term: string, width: number): Labels =>
    Array.from(term.replace(ellipsis, free.slice(free.length - width).join('')))
  return {
    operands: terms.map((term, index) => labels(term, entry(widths, index))),
    result: labels(right ?? implicitResult(left), free.length),
  }
}

function implicitResult(left: string): string {
  const once = letters.filter((letter) => left.split(letter).length === 2)
  return (left.includes(ellipsis) ? ellipsis : '') + once.sort().join('')
}

/**
 * dA = g Bᵀ, dB = Aᵀ g, over the last two axes, summed over what was broadcast; vectors count as one-row or
 * one-column matrices.
 */
export const MatMul: VjpRule = (node, emit) => {
  const [a, b] = [node.input(0), node.input(1)]
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape
  const batch = broadcastShapes([left.slice(0, -2), right.slice(0, -2)])
  const g = (): Value => emit.reshape(node.g, [...batch, extentOf(left, -2), extentOf(right, -1)])
  const ofLeft = (): Value => emit.matmul(g(), emit.transposeMatrix(emit.reshape(b, right)))
  const ofRight = (): Value => emit.matmul(emit.transposeMatrix(emit.reshape(a, left)), g())
  return [
    () => emit.reshape(emit.sumTo(ofLeft(), left), a.shape),
    () => emit.reshape(emit.sumTo(ofRight(), right), b.shape),
  ]
}

/**
 * Y = α A B + β C with A and B possibly transposed: dA = α g Bᵀ, dB = α Aᵀ g, dC = β g summed over what was
 * broadcast.
 */
export const Gemm: VjpRule = (node, emit) => {
  const { g } = node
  const [a, b] = [node.input(0), node.input(1)]
  const [alpha, beta] = [floatAttribute(node, 'alpha', 1), floatAttribute(node, 'beta', 1)]
  const [transA, transB] = [intAttribute(node, 'transA', 0) !== 0, intAttribute(node, 'transB', 0) !== 0]
  const product = (left: Value, transLeft: boolean, right: Value, transRight: boolean, shape: Shape): Value =>
    emit.op('Gemm', [left, right], shape, {
      attributes: { alpha: { float: alpha }, transA: transLeft ? 1 : 0, transB: transRight ? 1 : 0 },
    })
  return [
    () => (transA ? product(b, transB, g, true, a.shape) : product(g, false, b, !transB, a.shape)),
    () => (transB ? product(g, true, a, transA, b.shape) : product(a, !transA, g, false, b.shape)),
    () => emit.sumTo(beta === 1 ? g : emit.mul(g, beta), node.input(2).shape),
  ]
}

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
  const operand = node.input(index)
  const { labels, diagonals } = withDistinctLabels(operands[index] ?? [], [...operands.flat(), ...result])
  const all = operands.map((each, position): Factor => ({ value: node.input(position), labels: each }))
  const factors = [
    { value: node.g, labels: result },
    ...all.filter((_, position) => position !== index),
    ...diagonals.map((pair): Factor => {
      const extent = extentOf(operand.shape, labels.indexOf(pair[1]))
      return { value: emit.floats([extent, extent], identityMatrix(extent)), labels: pair }
    }),
  ]
  const extents = new Map(
    factors.flatMap((factor) =>
      factor.labels.map((label, axis) => [label, extentOf(factor.value.shape, axis)] as const),
    ),
  )
  // A label that the operand alone has was summed over: the same cotangent all along it.
  const kept = labels.filter((label) => extents.has(label))
  const shapeOf = (axes: Labels): Shape => axes.map((label) => extents.get(label) ?? broadcastExtent)
  const equation = `${factors.map((factor) => factor.labels.join('')).join()}->${kept.join('')}`
  const values = factors.map(({ value }) => value)
  const product = emit.op('Einsum', values, shapeOf(kept), { attributes: { equation } })
  return emit.expand(emit.reshape(product, shapeOf(labels)), operand.shape)
}

/**
 * Labels of which none occurs twice, and the pairs that stand for one another: an operand with a label twice
 * is read on its diagonal, so the cotangent is that of distinct labels times an identity matrix for each
 * pair.
 */
function withDistinctLabels(
  labels: Labels,
  taken: Labels,
): { readonly labels: Labels; readonly diagonals: readonly (readonly [string, string])[] } {
  const free = letters.filter((letter) => !taken.includes(letter))
  const diagonals: (readonly [string, string])[] = []
  const distinct = labels.map((label, axis) => {
    const fresh = free[diagonals.length]
    if (labels.indexOf(label) === axis || fresh === undefined) return label
    diagonals.push([label, fresh])
    return fresh
  })
  return { labels: distinct, diagonals }
}

function identityMatrix(extent: number): Float32Array {
  return Float32Array.from({ length: extent * extent }, (_, at) => (at % (extent + 1) === 0 ? 1 : 0))
}
