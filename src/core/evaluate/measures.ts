import { detectionAgreement, type DetectedImage } from './detection.ts'
import { bootstrapOf, meanOf, type Interval } from './statistics.ts'

/** Dice and HD95 of one class of a slice. */
interface OverlapOfClass {
  /** Its name. */
  readonly class: string
  readonly dice: number | null
  readonly hd95: number | null
}

/** A slice of a segmentation or a detection, before and after. */
export interface MeasuredSlice {
  /** Number of its patient, from 1. */
  readonly patient: number
  readonly segments?:
    | {
        readonly distanceUnit: 'mm' | 'px'
        readonly before: readonly OverlapOfClass[]
        readonly after: readonly OverlapOfClass[]
      }
    | undefined
  readonly boxes?:
    | {
        readonly label: DetectedImage['labels']
        readonly before: DetectedImage['found']
        readonly after: DetectedImage['found']
      }
    | undefined
}

export type MeasureName = 'dice' | 'hd95' | 'map'

/** One measure before and after an attack, over all slices. */
export interface MeasureChange {
  readonly measure: MeasureName
  /** Name of the class; of mAP `all classes`. */
  readonly of: string
  /** The unit of HD95. */
  readonly unit: 'mm' | 'px' | null
  readonly before: Estimate
  readonly after: Estimate
  /** After − before; patients are drawn once for both. */
  readonly difference: Estimate
}

/**
 * A value with the interval of 95 % by patient; null where a single patient can't say how patients differ.
 */
export interface Estimate {
  readonly value: number | null
  readonly byPatient: Interval | null
}

type Moment = 'before' | 'after'
type Statistic = (slices: readonly MeasuredSlice[], moment: Moment) => number | null

/**
 * Means of Dice and HD95 over the slices where each is defined, class by class, and mAP at IoU 0.5; intervals
 * by bootstrap over patients. HD95 is left out where some slices are in mm and others in pixels. @param names
 * of the classes of boxes
 */
export function measuresOf(slices: readonly MeasuredSlice[], names: readonly string[]): MeasureChange[] {
  return [...overlapMeasures(slices), ...precisionMeasures(slices, names)]
}

function overlapMeasures(slices: readonly MeasuredSlice[]): MeasureChange[] {
  const all = slices.flatMap(({ segments }) => segments ?? [])
  const classes = [...new Set(all.flatMap(({ before }) => before.map((each) => each.class)))]
  const [unit, ...others] = [...new Set(all.map(({ distanceUnit }) => distanceUnit))]
  return classes.flatMap((of) => {
    const dice = { measure: 'dice' as const, of, unit: null, ...changeOf(slices, meanOfClass(of, 'dice')) }
    if (unit === undefined || others.length > 0) return [dice]
    return [dice, { measure: 'hd95' as const, of, unit, ...changeOf(slices, meanOfClass(of, 'hd95')) }]
  })
}

function meanOfClass(name: string, measure: 'dice' | 'hd95'): Statistic {
  return (slices, moment) =>
    meanOf(
      slices.map(({ segments }) => segments?.[moment].find((each) => each.class === name)?.[measure] ?? null),
    )
}

function precisionMeasures(slices: readonly MeasuredSlice[], names: readonly string[]): MeasureChange[] {
  if (!slices.some(({ boxes }) => boxes !== undefined)) return []
  const classes = [...names.keys()]
  const precision: Statistic = (drawn, moment) => {
    const images = drawn.flatMap(({ boxes }) =>
      boxes ? [{ found: boxes[moment], labels: boxes.label }] : [],
    )
    return detectionAgreement(images, classes).meanAveragePrecision
  }
  return [{ measure: 'map', of: 'all classes', unit: null, ...changeOf(slices, precision) }]
}

function changeOf(slices: readonly MeasuredSlice[], statistic: Statistic) {
  const difference: OfDrawn = (drawn) => {
    const [before, after] = [statistic(drawn, 'before'), statistic(drawn, 'after')]
    return before === null || after === null ? null : after - before
  }
  return {
    before: estimateOf(slices, (drawn) => statistic(drawn, 'before')),
    after: estimateOf(slices, (drawn) => statistic(drawn, 'after')),
    difference: estimateOf(slices, difference),
  }
}

type OfDrawn = (slices: readonly MeasuredSlice[]) => number | null

function estimateOf(slices: readonly MeasuredSlice[], statistic: OfDrawn): Estimate {
  const clusters = slices.map(({ patient }) => patient)
  const ofDrawn = (drawn: Int32Array) => statistic(Array.from(drawn).flatMap((i) => slices[i] ?? []))
  const areSeveral = new Set(clusters).size > 1
  return {
    value: statistic(slices),
    byPatient: areSeveral ? bootstrapOf(slices.length, ofDrawn, { clusters }) : null,
  }
}
