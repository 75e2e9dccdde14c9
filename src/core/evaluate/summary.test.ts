import { expect, test } from 'vitest'
import { csv } from './csv.ts'
import type { ImageDistance } from './image-distance.ts'
import { wilsonInterval } from './statistics.ts'
import { sliceMetricsCsv, type SliceMetrics } from './slice-metrics.ts'
import { summarise } from './summary.ts'

const distance: ImageDistance = { linf: 0.03, l2: 2, psnr: 40, ssim: 0.9, changed: 10, changedFraction: 0.5 }
const same: ImageDistance = { linf: 0, l2: 0, psnr: null, ssim: null, changed: 0, changedFraction: 0 }
const row: SliceMetrics = {
  file: 'a/IM "1", left.dcm',
  exported: 'adversarial/0001.dcm',
  sopInstanceUid: '1.2.3',
  frame: 1,
  method: 'smia',
  label: 'benign',
  predictionBefore: 'benign',
  confidenceBefore: 0.75,
  predictionAfter: 'malignant',
  confidenceAfter: 0.5,
  success: true,
  metBefore: false,
  iterations: 10,
  window: distance,
  stored: same,
}

test('CSV quotes what RFC 4180 asks for', () => {
  expect(
    csv([
      ['a', 1.5, true, null],
      ['x,y', 'say "no"', 'two\nlines', ''],
    ]),
  ).toBe('a,1.5,true,\r\n"x,y","say ""no""","two\nlines",\r\n')
})

test('metrics as CSV: a header, empty cells for what is undefined', () => {
  const [header, line, end] = sliceMetricsCsv([row]).split('\r\n')
  expect(header).toMatch(
    /^file,exported,SOPInstanceUID,frame,method,label,prediction_before,confidence_before,/,
  )
  expect(line).toBe(
    '"a/IM ""1"", left.dcm",adversarial/0001.dcm,1.2.3,1,smia,benign,benign,0.75,malignant,0.5,true,false,10,0.03,2,40,0.9,0,0,,,0,0',
  )
  expect(end).toBe('')
})

test('classes of a segmentation are columns, and means in the summary where they are defined', () => {
  const segment = { class: 'liver, left', dice: 0.9, iou: 0.8, hd95: 2 }
  const gone = { ...segment, dice: 0, iou: 0, hd95: null }
  const segments = { distanceUnit: 'mm', before: [segment], after: [gone] } as const
  const other = { ...segments, after: [{ ...gone, dice: 0.5 }] }
  const rows = [row, { ...row, segments }, { ...row, segments: other }]
  const [header, plain, line] = sliceMetricsCsv(rows).split('\r\n')
  expect(header).toMatch(/,"dice_before liver, left","dice_after liver, left","iou_before .*,hd95_unit$/)
  expect(plain).toMatch(/,0,0,,,,,,,$/)
  expect(line).toMatch(/,0,0,0\.9,0,0\.8,0,2,,mm$/)
  const summary = summarise(rows).segments
  expect(summary).toMatchObject({
    distanceUnit: 'mm',
    classes: [{ class: 'liver, left', diceAfter: 0.25, hd95Before: 2, hd95After: null }],
  })
  const mixed = summarise([...rows, { ...row, segments: { ...segments, distanceUnit: 'px' } }]).segments
  expect(mixed).toMatchObject({ distanceUnit: null, classes: [{ hd95Before: null }] })
  expect(summarise([row])).not.toHaveProperty('segments')
})

test('Wilson intervals as tabulated', () => {
  const { rate, lower, upper } = wilsonInterval(8, 10)
  expect(rate).toBe(0.8)
  expect(lower).toBeCloseTo(0.4902, 4)
  expect(upper).toBeCloseTo(0.9433, 4)
  expect(wilsonInterval(0, 10).upper).toBeCloseTo(0.2775, 4)
  expect(wilsonInterval(10, 10)).toMatchObject({ rate: 1, upper: 1 })
  expect(wilsonInterval(0, 0)).toEqual({ successes: 0, count: 0, rate: null, lower: 0, upper: 1 })
  expect(() => wilsonInterval(2, 1)).toThrow('at most 1')
})

test('a summary leaves what was wrong before out of what was fooled', () => {
  const summary = summarise([
    row,
    { ...row, metBefore: true, window: same },
    { ...row, success: false, confidenceAfter: 1 },
  ])
  expect(summary).toMatchObject({
    slices: 3,
    metBefore: 1,
    fooled: { successes: 1, count: 2 },
  })
  expect(summary.meanConfidenceAfter).toBeCloseTo(2 / 3, 12)
  // PSNR and SSIM over the slices that have them.
  expect(summary.window).toMatchObject({ largestLinf: 0.03, meanLinf: 0.02, meanPsnr: 40, meanSsim: 0.9 })
  expect(summarise([]).stored).toEqual({
    largestLinf: null,
    meanLinf: null,
    meanL2: null,
    meanPsnr: null,
    meanSsim: null,
    meanChangedFraction: null,
  })
})
