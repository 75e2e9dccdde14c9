import type { CardField } from '../../model/card-fields.ts'
import { classFields } from '../class-fields.ts'

const order = {
  'anchors-last': 'anchors last: [N, rows, A]',
  'anchors-first': 'anchors first: [N, A, rows]',
} as const

/** What there is to say of a detector's output. */
export const detectionFields: readonly CardField[] = [
  {
    field: 'output.layout',
    label: 'Order of anchors',
    reason: 'In the wrong order a score is taken for a side of a box.',
    example: '"anchors-last"',
    choices: order,
  },
  ...classFields,
  {
    field: 'output.objectness',
    label: 'A row of objectness before the scores',
    reason: 'Where there is one, it is multiplied into the scores.',
    example: 'true',
  },
  {
    field: 'output.boxes',
    label: 'Numbers of a box',
    reason: 'Four numbers mean another box in every format.',
    example: '{"format": "cxcywh"}',
    choices: {
      cxcywh: 'centre x, centre y, width, height (YOLO)',
      xyxy: 'x0, y0, x1, y1',
      yxyx: 'y0, x0, y1, x1 (TensorFlow)',
      deltas: 'deltas from anchors (RetinaNet, SSD)',
    },
  },
  {
    field: 'output.boxes.name',
    label: 'Tensor of boxes',
    reason: 'Where boxes are an output of their own.',
    example: '"boxes"',
    suggested: ({ outputs }) => outputs.map(({ name }) => name),
  },
  {
    field: 'output.boxes.layout',
    label: 'Order of anchors in it',
    reason: 'Left empty, it is that of the scores.',
    example: '"anchors-first"',
    choices: order,
  },
  {
    field: 'output.boxes.unit',
    label: 'Unit of boxes',
    reason: 'Boxes lie elsewhere in the other unit.',
    example: '"pixels"',
    choices: { pixels: 'pixels of the input', fractions: 'fractions of its sides' },
  },
  {
    field: 'output.boxes.anchors',
    label: 'Anchors',
    reason: 'Deltas mean nothing without the boxes that they are counted from.',
    example: '{"kind": "grid", "levels": [{"stride": 8, "sizes": [32, 40], "ratios": [0.5, 1, 2]}]}',
    choices: { grid: 'a grid at each level', list: 'a list of boxes' },
  },
  {
    field: 'output.boxes.anchors.levels',
    label: 'Levels of the grid',
    reason: 'Level by level: stride, sizes and ratios (height to width).',
    example: '[{"stride": 8, "sizes": [32, 40], "ratios": [0.5, 1, 2]}]',
  },
  {
    field: 'output.boxes.anchors.offset',
    label: 'Offset of centres',
    reason: 'Half a stride in most detectors.',
    example: '0.5',
  },
  {
    field: 'output.boxes.anchors.boxes',
    label: 'Boxes of the list',
    reason: 'In pixels of the input, in the order of the outputs.',
    example: '[[0, 0, 32, 32]]',
  },
  {
    field: 'output.boxes.variances',
    label: 'Variances',
    reason: 'SSD multiplies its deltas by them.',
    example: '[0.1, 0.1, 0.2, 0.2]',
  },
  {
    field: 'output.nmsIou',
    label: 'Overlap of one object’s boxes',
    reason: 'Boxes of one class that overlap by more are one.',
    example: '0.45',
  },
  {
    field: 'output.maxDetections',
    label: 'Boxes of an image, at most',
    reason: 'The highest scores are kept.',
    example: '100',
  },
]
