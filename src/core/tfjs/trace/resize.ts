import { inputOf, placed, type KernelCall, type KernelRule } from './rule.ts'

/** ResizeBilinear. */
export const resizeBilinear: KernelRule = (call) => resized(call, { mode: 'linear' })

/**
 * ResizeNearestNeighbor takes floor(i · scale), or rounds where corners are aligned; with half-pixel centres
 * floor((i + ½) · scale), which is (i + ½) · scale − ½ rounded half up.
 */
export const resizeNearest: KernelRule = (call) => {
  const { attributes } = call
  const rounds = attributes.flag('alignCorners') || attributes.flag('halfPixelCenters')
  return resized(call, { mode: 'nearest', nearest_mode: rounds ? 'round_prefer_ceil' : 'floor' })
}

function resized(call: KernelCall, mode: { readonly mode: string; readonly nearest_mode?: string }) {
  const { graph, attributes } = call
  const images = inputOf(call, 'images')
  const [rows = 1, columns = 1] = attributes.numbers('size')
  const coordinates = attributes.flag('alignCorners')
    ? 'align_corners'
    : attributes.flag('halfPixelCenters')
      ? 'half_pixel'
      : 'asymmetric'
  const x = graph.channelsFirst(images)
  // All four sizes rather than two of them: ONNX Runtime 1.30 moves transposes through Resize as if it had no
  // `axes`.
  const kept = graph.node('Slice', [graph.node('Shape', [x]), graph.ints([0]), graph.ints([2])])
  const sizes = graph.node('Concat', [kept, graph.ints([rows, columns])], { axis: 0 })
  const name = graph.node('Resize', [x, '', '', sizes], {
    ...mode,
    coordinate_transformation_mode: coordinates,
  })
  return placed(name, [images.shape[0] ?? 1, rows, columns, images.shape[3] ?? 1], 'channels-first')
}
