import { entry } from '../entry.ts'
import { intAttribute, stringAttribute } from '../onnx/attributes.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import { int64Tensor, numericValues } from '../onnx/onnx-tensor.ts'
import { extentOf } from '../tensor/tensor.ts'
import type { Emitter, Value } from './emitter.ts'
import { axisOf, sameShape } from './shapes.ts'
import { firstOutput, type TypedGraph } from './typed-graph.ts'

/**
 * The elements `dense[mask]` in order, rows where the mask has one axis; without a mask, one number as often
 * as wanted.
 */
export interface Selection {
  readonly mask: Value | null
  readonly dense: Value
}

/** A walk over a graph's nodes that knows which values masks chose. */
export interface MaskWalk {
  readonly graph: TypedGraph
  readonly emit: Emitter
  readonly selections: ReadonlyMap<string, Selection>
  /** Masks of one axis by the values that hold the numbers of the rows that they choose. */
  readonly places: ReadonlyMap<string, Value>
  /** Selections by the values that hold their shape. */
  readonly shapes: ReadonlyMap<string, Selection>
  value(node: OnnxNode, index: number): Value | undefined
  /** The data with what the mask leaves out away from poles. */
  kept(mask: Value, data: Value): Value
  /** The mask with axes of 1 for those that the data has behind the mask's. */
  broadcastable(mask: Value, data: Value): Value
}

/** x[places] along axis 0, the places being those where a mask of one axis is true. */
export function rowsOfMask(node: OnnxNode, pass: MaskWalk): Selection | null {
  const [data, mask] = [pass.value(node, 0), pass.places.get(node.inputs[1] ?? '')]
  if (data === undefined || mask === undefined || intAttribute(node, 'axis', 0) !== 0) return null
  if (pass.value(node, 1)?.shape.length !== 1) return null
  if (pass.selections.has(data.name) || data.shape[0] !== mask.shape[0]) return null
  return { mask, dense: pass.kept(mask, data) }
}

/** An operator that changes each chosen row alone: further axes are taken from, taken off or added. */
export function rowwise(node: OnnxNode, pass: MaskWalk): Selection | null {
  const selection = pass.selections.get(node.inputs[0] ?? '')
  const [result, parameter] = [pass.graph.values.get(firstOutput(node)), pass.value(node, 1)]
  if (selection?.mask?.shape.length !== 1 || result === undefined) return null
  const { mask, dense } = selection
  const axes =
    node.opType === 'Gather'
      ? [intAttribute(node, 'axis', 0)]
      : ((parameter?.constant && numericValues(parameter.constant)) ?? [0])
  const rank = Math.max(dense.shape.length, result.shape.length)
  if (parameter?.constant === undefined || axes.some((axis) => axisOf(axis, rank) === 0)) return null
  const shape = [extentOf(dense.shape, 0), ...result.shape.slice(1)]
  const options = { attributes: node.attributes, dataType: dense.dataType }
  return { mask, dense: pass.emit.op(node.opType, [dense, parameter], shape, options) }
}

/** RoiAlign of regions that a mask chose: one for each region, chosen or not. */
export function pooledRows(node: OnnxNode, pass: MaskWalk): Selection | null {
  const image = pass.value(node, 0)
  const [regions, owners] = [1, 2].map((index) => pass.selections.get(node.inputs[index] ?? ''))
  const result = pass.graph.values.get(firstOutput(node))
  if (image === undefined || result === undefined || regions === undefined || owners === undefined)
    return null
  if (regions.mask === null || regions.mask !== owners.mask || pass.selections.has(image.name)) return null
  const shape = [extentOf(regions.dense.shape, 0), ...result.shape.slice(1)]
  const inputs = [image, regions.dense, owners.dense]
  return {
    mask: regions.mask,
    dense: pass.emit.op('RoiAlign', inputs, shape, { attributes: node.attributes }),
  }
}

/** `data[places] = rows` along axis 0, as ScatterElements writes whole rows. */
export function assignedRows(node: OnnxNode, pass: MaskWalk): Value | null {
  const [data, mask] = [pass.value(node, 0), pass.places.get(node.inputs[1] ?? '')]
  const updates = pass.selections.get(node.inputs[2] ?? '')
  if (data === undefined || mask === undefined || updates?.mask !== mask) return null
  if (intAttribute(node, 'axis', 0) !== 0 || stringAttribute(node, 'reduction', 'none') !== 'none')
    return null
  if (!sameShape(data.shape, updates.dense.shape)) return null
  return pass.emit.where(pass.broadcastable(mask, data), updates.dense, data)
}

/** An extent of what a mask chose, other than how many there are: it is fixed. */
export function extentOfRows(node: OnnxNode, pass: MaskWalk): Value | null {
  const selection = pass.shapes.get(node.inputs[0] ?? '')
  const places = pass.value(node, 1)
  if (selection === undefined || places?.constant === undefined) return null
  const axes = numericValues(places.constant).map((axis) => axisOf(axis, selection.dense.shape.length))
  if (axes.includes(0)) return null
  const extents = axes.map((axis) => entry(selection.dense.shape, axis))
  return pass.emit.constant(int64Tensor(places.shape, extents))
}
