import type { RuleCase } from '../check-rule.ts'
import { floats, ints, x, image, grid, type NamedRuleCase } from './values.ts'

/** Resize, and sampling at given points. */
export const sampling: readonly NamedRuleCase[] = [
  ...resizeCases(),
  ...['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
    [0, 1].flatMap((align_corners) =>
      ['bilinear', 'bicubic'].map((mode) => ({
        op: 'GridSample',
        at: `${mode}, ${padding_mode}, align_corners ${align_corners}`,
        inputs: [x([2, 2, 3, 4]), grid],
        attributes: { mode, padding_mode, align_corners },
        wrt: [0, 1],
        opset: 16,
        step: 0.005,
      })),
    ),
  ),
  {
    op: 'GridSample',
    at: 'nearest, reflection',
    inputs: [x([2, 2, 3, 4]), x([2, 3, 2, 2], -1.9, 1.8)],
    attributes: { mode: 'nearest', padding_mode: 'reflection' },
    opset: 20,
  },
  ...[10, 16].map((opset) => ({
    op: 'RoiAlign',
    at: `opset ${opset}`,
    inputs: [x([2, 2, 5, 6]), floats([3, 4], 1, 0.5, 9, 8, -2, 3, 5, 12, 4, 4, 4.5, 4.2), ints(0, 1, 0)],
    attributes: { output_height: 2, output_width: 3, sampling_ratio: 2, spatial_scale: { float: 0.5 } },
    opset,
  })),
  ...[10, 16].map((opset) => ({
    op: 'RoiAlign',
    at: `as many samples as pixels, opset ${opset}`,
    inputs: [x([1, 2, 5, 6]), floats([2, 4], 0, 0, 5.5, 4, 1, 2, 1.5, 3.5), ints(0, 0)],
    attributes: { output_height: 2, output_width: 3 },
    opset,
  })),
  {
    op: 'RoiAlign',
    at: 'edges of regions',
    inputs: [x([1, 2, 5, 6]), floats([1, 4], 0, 0, 4, 3), ints(0)],
    attributes: {
      coordinate_transformation_mode: 'output_half_pixel',
      output_height: 2,
      output_width: 2,
      sampling_ratio: 3,
    },
    opset: 16,
  },
  {
    op: 'GridSample',
    at: 'nearest',
    inputs: [x([2, 2, 3, 4]), grid],
    attributes: { mode: 'nearest' },
    opset: 20,
  },
  {
    op: 'GridSample',
    at: '3-D',
    inputs: [x([1, 2, 3, 2, 3]), x([1, 2, 2, 2, 3], -1.2, 1.2)],
    attributes: { align_corners: 1 },
    wrt: [0, 1],
    opset: 20,
  },
  { op: 'AffineGrid', inputs: [x([2, 2, 3]), ints(2, 1, 3, 4)], opset: 20 },
  {
    op: 'AffineGrid',
    at: 'align_corners',
    inputs: [x([2, 2, 3]), ints(2, 1, 3, 4)],
    attributes: { align_corners: 1 },
    opset: 20,
  },
  { op: 'AffineGrid', at: '3-D', inputs: [x([1, 3, 4]), ints(1, 1, 2, 3, 2)], opset: 20 },
]

function resizeCases(): (RuleCase & { readonly at: string })[] {
  const sizes = ints(1, 2, 8, 3)
  const coordinates = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']
  const half = { opset: 19, coordinate: 'half_pixel_symmetric' }
  const resize = (
    at: string,
    attributes: RuleCase['attributes'],
    opset = 18,
  ): RuleCase & { readonly at: string } => ({
    op: 'Resize',
    at,
    inputs: [image, null, null, sizes],
    attributes: attributes ?? {},
    opset,
  })
  return [
    ...['linear', 'cubic'].flatMap((mode) =>
      coordinates.map((each) => resize(`${mode}, ${each}`, { mode, coordinate_transformation_mode: each })),
    ),
    ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].flatMap((nearest_mode) =>
      coordinates.map((each) =>
        resize(`${nearest_mode}, ${each}`, {
          mode: 'nearest',
          nearest_mode,
          coordinate_transformation_mode: each,
        }),
      ),
    ),
    resize(
      'half_pixel_symmetric',
      { mode: 'linear', coordinate_transformation_mode: half.coordinate },
      half.opset,
    ),
    resize('antialiased', { mode: 'linear', antialias: 1 }),
    resize('antialiased, cubic', { mode: 'cubic', antialias: 1 }),
    resize('outside excluded', { mode: 'cubic', exclude_outside: 1, cubic_coeff_a: { float: -0.5 } }),
    {
      op: 'Resize',
      at: 'scales',
      inputs: [image, null, floats([4], 1, 1, 1.7, 0.6)],
      attributes: { mode: 'linear' },
    },
    {
      op: 'Resize',
      at: 'some axes',
      inputs: [image, null, null, ints(3, 9)],
      attributes: { mode: 'linear', axes: [3, 2] },
    },
    {
      op: 'Resize',
      at: 'aspect ratio kept',
      inputs: [image, null, null, ints(9, 9)],
      attributes: { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
    },
    {
      op: 'Resize',
      at: 'a region',
      inputs: [image, floats([8], 0, 0, 0.1, -0.2, 1, 1, 0.7, 0.8), null, sizes],
      attributes: { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' },
    },
    {
      op: 'Resize',
      at: '3-D',
      inputs: [x([1, 1, 2, 3, 2]), null, floats([5], 1, 1, 2, 2, 2)],
      attributes: { mode: 'linear' },
    },
    { op: 'Resize', at: 'opset 10', inputs: [image, floats([4], 1, 1, 2, 2)], opset: 10 },
    {
      op: 'Upsample',
      at: 'opset 9',
      inputs: [image, floats([4], 1, 1, 2, 2)],
      opset: 9,
      attributes: { mode: 'linear' },
    },
  ]
}
