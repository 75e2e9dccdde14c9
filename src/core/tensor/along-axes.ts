import { transposeWeights, type AxisWeights } from '../math/resample.ts'
import { combineAxis } from '../math/volume.ts'
import { extents4, tensor, type Tensor } from './tensor.ts'

/** [C, a, b, c] with tables applied along each of its last three axes, one after the other. */
export function along(volume: Tensor, tables: readonly (readonly AxisWeights[])[]): Tensor {
  const [channels, ...extents] = extents4(volume.shape, 'Volume')
  let { data } = volume
  for (const [axis, steps] of tables.entries())
    for (const table of steps) {
      data = combineAxis(
        data,
        table,
        extents.slice(axis + 1).reduce((product, extent) => product * extent, 1),
      )
      extents[axis] = table.outputs
    }
  return tensor([channels, ...extents], data)
}

/** Tables in the order in which their transposes are applied. */
export function transposedOf(tables: readonly (readonly AxisWeights[])[]): AxisWeights[][] {
  return tables.map((steps) => [...steps].reverse().map(transposeWeights))
}
