import { x, image, kernel, type NamedRuleCase } from './values.ts'

/** Conv and ConvTranspose. */
export const convolutions: readonly NamedRuleCase[] = [
  { op: 'Conv', inputs: [image, kernel(4, 2, 3, 3), kernel(4)], wrt: [0, 2], attributes: { pads: [1, 1, 1, 1] } },
  { op: 'Conv', at: 'no padding', inputs: [image, kernel(3, 2, 2, 3)] },
  { op: 'Conv', at: 'strides', inputs: [image, kernel(3, 2, 3, 3)], attributes: { strides: [2, 3], pads: [1, 1, 1, 1] } },
  { op: 'Conv', at: 'dilations', inputs: [image, kernel(3, 2, 3, 2)], attributes: { dilations: [2, 3], pads: [2, 0, 1, 2] } },
  {
    op: 'Conv',
    at: 'strides and dilations',
    inputs: [x([1, 1, 9, 10]), kernel(2, 1, 3, 3)],
    attributes: { dilations: [2, 1], strides: [2, 3] },
  },
  { op: 'Conv', at: 'groups', inputs: [x([1, 4, 4, 5]), kernel(6, 2, 3, 3)], attributes: { group: 2, pads: [1, 0, 0, 1] } },
  {
    op: 'Conv',
    at: 'depthwise, strided',
    inputs: [x([1, 3, 5, 5]), kernel(3, 1, 3, 3)],
    attributes: { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { op: 'Conv', at: 'padding wider than the kernel', inputs: [image, kernel(2, 2, 1, 2)], attributes: { pads: [1, 2, 0, 1] } },
  { op: 'Conv', at: '1x1, stride 2', inputs: [image, kernel(3, 2, 1, 1)], attributes: { strides: [2, 2] } },
  { op: 'Conv', at: 'SAME_UPPER', inputs: [image, kernel(2, 2, 3, 2)], attributes: { auto_pad: 'SAME_UPPER', strides: [2, 1] } },
  { op: 'Conv', at: 'SAME_LOWER', inputs: [image, kernel(2, 2, 2, 4)], attributes: { auto_pad: 'SAME_LOWER' } },
  { op: 'Conv', at: 'VALID', inputs: [image, kernel(2, 2, 2, 2)], attributes: { auto_pad: 'VALID', strides: [2, 2] } },
  { op: 'Conv', at: '1-D', inputs: [x([2, 3, 7]), kernel(2, 3, 3)], attributes: { pads: [1, 2] } },
  { op: 'Conv', at: '3-D', inputs: [x([1, 2, 4, 3, 5]), kernel(2, 2, 2, 3, 2)], attributes: { pads: [0, 1, 1, 1, 1, 0] } },
  {
    op: 'Conv',
    at: '3-D, strided',
    inputs: [x([1, 2, 4, 3, 5]), kernel(2, 2, 2, 3, 2)],
    attributes: { strides: [2, 1, 2], pads: [0, 1, 1, 1, 1, 0] },
  },
  {
    op: 'Conv',
    at: '3-D for WebGPU',
    inputs: [x([1, 4, 4, 3, 5]), kernel(2, 2, 2, 3, 2)],
    attributes: { group: 2, strides: [2, 1, 2], pads: [0, 1, 1, 1, 1, 0] },
    device: 'webgpu',
  },
  { op: 'ConvTranspose', inputs: [x([1, 3, 3, 4]), kernel(3, 2, 2, 2), kernel(2)], wrt: [0, 2], attributes: { strides: [2, 2] } },
  {
    op: 'ConvTranspose',
    at: 'output padding',
    inputs: [x([1, 2, 3, 4]), kernel(2, 2, 3, 3)],
    attributes: { strides: [2, 3], pads: [1, 1, 1, 1], output_padding: [1, 2] },
  },
  {
    op: 'ConvTranspose',
    at: 'groups, dilations',
    inputs: [x([1, 4, 3, 3]), kernel(4, 1, 2, 2)],
    attributes: { group: 2, dilations: [2, 1] },
  },
  {
    op: 'ConvTranspose',
    at: 'output shape',
    inputs: [x([1, 2, 3, 3]), kernel(2, 1, 3, 3)],
    attributes: { strides: [2, 2], output_shape: [6, 5] },
  },
  {
    op: 'ConvTranspose',
    at: 'SAME_UPPER',
    inputs: [x([1, 2, 3, 3]), kernel(2, 1, 3, 3)],
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
]
