import { entry, valueFor } from '../../entry.ts'
import { extentOf } from '../../tensor/tensor.ts'
import { activated, fusedActivation } from './elementwise.ts'
import { inputOf, listed, placed, unsupported, type KernelCall, type KernelRule } from './rule.ts'
import type { Traced } from './traced.ts'

/** BatchMatMul, and _FusedMatMul with its bias and activation. */
export const matMul: KernelRule = (call) => {
  const { graph, attributes } = call
  const [a, b] = [inputOf(call, 'a'), inputOf(call, 'b')]
  const [left, right] = [turned(call, a, 'transposeA'), turned(call, b, 'transposeB')]
  const product = graph.node('MatMul', [left.name, right.name])
  const shape = [...longer(a.shape, b.shape).slice(0, -2), left.rows, right.columns]
  const bias = call.inputs['bias']
  const sum = bias === undefined ? product : graph.node('Add', [product, graph.asIs(bias)])
  const slopes = call.inputs['preluActivationWeights']
  return placed(activated(graph, sum, fusedActivation(attributes, slopes && graph.asIs(slopes))), shape)
}

function turned({ graph, attributes }: KernelCall, value: Traced, flag: string) {
  const rank = value.shape.length
  const [rows, columns] = [extentOf(value.shape, -2), extentOf(value.shape, -1)]
  if (!attributes.flag(flag)) return { name: graph.asIs(value), rows, columns }
  const order = [...value.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2)
  return { name: graph.permuted(value, order), rows: columns, columns: rows }
}

/** Leading axes are equal, or one has none. */
function longer(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length !== b.length) return a.length > b.length ? a : b
  return a.map((extent, axis) => Math.max(extent, entry(b, axis)))
}

/** Einsum with the result's axes named ('ij,jk->ik'), as TensorFlow.js demands. */
export const einsum: KernelRule = (call) => {
  const { graph, attributes } = call
  const equation = attributes.text('equation').replaceAll(' ', '')
  const [left = '', right] = equation.split('->')
  if (right === undefined || equation.includes('.')) throw unsupported(call, `the equation ${equation}`)
  const values = listed(call)
  const extents = new Map(
    left
      .split(',')
      .flatMap((axes, index) =>
        Array.from(axes, (name, axis) => [name, extentOf(entry(values, index).shape, axis)] as const),
      ),
  )
  const shape = Array.from(right, (name) => valueFor(extents, name))
  return placed(
    graph.node(
      'Einsum',
      values.map((value) => graph.asIs(value)),
      { equation },
    ),
    shape,
  )
}
