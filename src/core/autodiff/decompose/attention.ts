import { floatAttribute, intAttribute } from '../../onnx/attributes.ts'
import { extentOf, extents4, largestFloat32 } from '../../tensor/tensor.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import type { Decomposition } from './decomposition.ts'

/**
 * softmax(scale Q Kᵀ + mask) V per head (opset 23), heads of K and V shared by groups of Q's. Operands are
 * [N, heads, L, d] or [N, L, heads d]. No cache of earlier keys, and no soft cap together with a mask.
 */
export const attention: Decomposition = (node, emit) => {
  const refused = [4, 5, 6].find((index) => node.optionalInput(index) !== undefined)
  if (refused !== undefined) throw node.unsupported('no cache of keys and values', `an input ${refused}`)
  if (node.outputs.slice(1).some(({ name }) => name !== ''))
    throw node.unsupported('one output', 'further ones')
  const q = byHead(node.input(0), intAttribute(node, 'q_num_heads', 1), emit)
  const heads = extentOf(q.shape, 1)
  const keys = byHead(node.input(1), intAttribute(node, 'kv_num_heads', 1), emit)
  const values = byHead(node.input(2), intAttribute(node, 'kv_num_heads', 1), emit)
  const [k, v] = [repeatedHeads(keys, heads, emit), repeatedHeads(values, heads, emit)]
  const scale = floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(extentOf(q.shape, 3))
  const scores = emit.matmul(emit.mul(q, scale), emit.transposeMatrix(k))
  const weights = emit.op('Softmax', [masked(node, scores, emit)], scores.shape, { attributes: { axis: -1 } })
  return [asGiven(emit.matmul(weights, v), node.input(0), emit)]
}

/** Scores [N, heads, L, S] with the masks of the node on them. */
function masked(node: ForwardNode, scores: Value, emit: Emitter): Value {
  const cap = floatAttribute(node, 'softcap', 0)
  const mask = node.optionalInput(3)
  const isCausal = intAttribute(node, 'is_causal', 0) !== 0
  if (cap > 0 && (mask !== undefined || isCausal))
    throw node.unsupported('no softcap beside a mask', String(cap))
  const capped = cap > 0 ? emit.mul(emit.map('Tanh', emit.div(scores, cap)), cap) : scores
  const hide = (value: Value, visible: Value): Value => emit.where(visible, value, -largestFloat32)
  const causal = isCausal ? hide(capped, causalMask(scores, emit)) : capped
  if (mask === undefined) return causal
  return mask.dataType === 'bool' ? hide(causal, mask) : emit.add(causal, mask)
}

/** Whether query l sees key s: s ≤ l. */
function causalMask({ shape }: Value, emit: Emitter): Value {
  const [rows, columns] = [extentOf(shape, -2), extentOf(shape, -1)]
  const visible = Array.from({ length: rows * columns }, (_, at) => at % columns <= Math.floor(at / columns))
  return emit.bools([rows, columns], visible)
}

/** [N, L, heads d] as [N, heads, L, d]. */
function byHead(x: Value, heads: number, emit: Emitter): Value {
  const [n, length, width] = [extentOf(x.shape, 0), extentOf(x.shape, 1), extentOf(x.shape, 2)]
  if (x.shape.length === 4) return x
  return emit.transpose(emit.reshape(x, [n, length, heads, width / heads]), [0, 2, 1, 3])
}

/** [N, heads, L, d] in the layout of `like`. */
function asGiven(x: Value, like: Value, emit: Emitter): Value {
  const [n, heads, length, width] = extents4(x.shape)
  if (like.shape.length === 4) return x
  return emit.reshape(emit.transpose(x, [0, 2, 1, 3]), [n, length, heads * width])
}

/** Each head as often as it takes to make `heads` of them. */
function repeatedHeads(x: Value, heads: number, emit: Emitter): Value {
  const [n, own, length, width] = extents4(x.shape)
  if (own === heads) return x
  const grouped = emit.reshape(x, [n, own, 1, length, width])
  return emit.reshape(emit.expand(grouped, [n, own, heads / own, length, width]), [n, heads, length, width])
}

/**
 * Pairs of components (halves, or neighbours when interleaved) turned by the position's angle (opset 23):
 * (cos a − sin b, sin a + cos b). Components beyond `rotary_embedding_dim` stay as they are.
 */
export const rotaryEmbedding: Decomposition = (node, emit) => {
  const x = byHead(node.x, intAttribute(node, 'num_heads', 1), emit)
  const width = extentOf(x.shape, 3)
  const turned = intAttribute(node, 'rotary_embedding_dim', 0) || width
  const isInterleaved = intAttribute(node, 'interleaved', 0) !== 0
  const part = (from: number, to: number): Value => emit.slice(x, { axes: [3], starts: [from], ends: [to] })
  const [a, b] = pairOf(part(0, turned), isInterleaved, emit)
  const [cos, sin] = [anglesOf(node, 1, a, emit), anglesOf(node, 2, a, emit)]
  const pair = [emit.sub(emit.mul(cos, a), emit.mul(sin, b)), emit.add(emit.mul(sin, a), emit.mul(cos, b))]
  const rotated = isInterleaved
    ? emit.reshape(
        emit.concat(
          pair.map((each) => emit.reshape(each, [...each.shape, 1])),
          4,
        ),
        part(0, turned).shape,
      )
    : emit.concat(pair, 3)
  const whole = turned === width ? rotated : emit.concat([rotated, part(turned, width)], 3)
  return [asGiven(whole, node.x, emit)]
}

/** The two components of each pair, [N, heads, L, d / 2] each. */
function pairOf(x: Value, isInterleaved: boolean, emit: Emitter): [Value, Value] {
  const [n, heads, length, width] = extents4(x.shape)
  const half = width / 2
  const shape = [n, heads, length, half]
  const pairs = emit.reshape(x, isInterleaved ? [...shape, 2] : [n, heads, length, 2, half])
  const take = (index: number): Value =>
    emit.reshape(
      emit.slice(pairs, { axes: [isInterleaved ? 4 : 3], starts: [index], ends: [index + 1] }),
      shape,
    )
  return [take(0), take(1)]
}

/** Cosines (input 1) or sines (input 2) for each position, [N, 1, L, d / 2]. */
function anglesOf(node: ForwardNode, index: number, { shape }: Value, emit: Emitter): Value {
  const [n, length, half] = [extentOf(shape, 0), extentOf(shape, 2), extentOf(shape, 3)]
  const positions = node.optionalInput(3)
  const table = node.input(index)
  const angles =
    positions === undefined
      ? table
      : emit.op('Gather', [table, positions], [...positions.shape, half], { attributes: { axis: 0 } })
  return emit.reshape(angles, [angles.shape[0] === 1 ? 1 : n, 1, length, half])
}
