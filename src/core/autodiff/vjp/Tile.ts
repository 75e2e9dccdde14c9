import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** dx = the sum of all copies of g. */
export const Tile: VjpRule = ({ g, x }, emit) => {
  const ofData = (): Value => {
    const copies = x.shape.flatMap((extent, axis) => [(g.shape[axis] ?? 1) / extent, extent])
    const repeated = x.shape.flatMap((extent, axis) => (g.shape[axis] === extent ? [] : [2 * axis]))
    return emit.reshape(emit.reduce('ReduceSum', emit.reshape(g, copies), repeated), x.shape)
  }
  return [ofData, null]
}
