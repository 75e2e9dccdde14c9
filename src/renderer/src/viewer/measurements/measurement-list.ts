import cornerstone from 'cornerstone-core'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { seriesText } from '../../state/examinations.ts'
import type { SeriesKey } from '../../state/panes.ts'
import { texts } from '../../texts.ts'
import type { Frame } from '../frame.ts'
import { loadFrame } from '../image-loader.ts'
import { shapeBetween, type RegionShape } from '../region.ts'
import { frameRefOf, type RunImages } from '../run-images.ts'
import { type Slice, slicesOf } from '../slices.ts'
import { placeKey } from './place-key.ts'
import { unitName } from './number-texts.ts'
import { statisticsOf, type Statistics } from './statistics.ts'
import { toolStates } from './tool-states.ts'

export type MeasurementKind = 'length' | 'angle' | 'ellipse' | 'rectangle'

const kindsOfTools: Readonly<Record<string, MeasurementKind>> = {
  Length: 'length',
  Angle: 'angle',
  EllipticalRoi: 'ellipse',
  RectangleRoi: 'rectangle',
}

/** What a tool keeps of what was drawn. */
interface Data {
  readonly uuid?: string
  name?: string
  readonly length?: number
  /** What the length counts in: "mm", or "pixels" where the image has no spacing. */
  readonly unit?: string
  readonly rAngle?: number
  readonly handles: { readonly start: { x: number; y: number }; readonly end: { x: number; y: number } }
}

/** Something that was drawn, and where. */
export interface Measurement {
  readonly id: string
  readonly name: string
  readonly kind: MeasurementKind
  readonly series: SeriesKey
  /** Series and slice or plane, for readers. */
  readonly where: string
  /** Place in the series; undefined of planes. */
  readonly slice: number | undefined
  readonly place: string
  /** A length, or an angle. */
  readonly value: number | undefined
  readonly valueUnit: 'mm' | 'px' | '°' | undefined
  readonly shape: RegionShape | undefined
}

/** All that is drawn on open studies, in their order. */
export function measurements(studies: readonly StudyInfo[]): Measurement[] {
  const states = Object.entries(toolStates.saveToolState())
  return states.flatMap(([place, tools]) => {
    const at = placeOf(place, studies)
    if (at === undefined) return []
    return Object.entries(tools).flatMap(([tool, { data }]) => {
      const kind = kindsOfTools[tool]
      return kind === undefined
        ? []
        : (data as readonly Data[]).map((each) => ({ ...at, place, ...drawn(kind, each) }))
    })
  })
}

function drawn(
  kind: MeasurementKind,
  data: Data,
): Pick<Measurement, 'id' | 'name' | 'kind' | 'value' | 'valueUnit' | 'shape'> {
  const { uuid = '', name = '', handles, length, rAngle, unit } = data
  const isRegion = kind === 'ellipse' || kind === 'rectangle'
  return {
    id: uuid,
    name,
    kind,
    value: kind === 'length' ? length : kind === 'angle' ? rAngle : undefined,
    valueUnit: kind === 'angle' ? '°' : kind !== 'length' ? undefined : unit === 'mm' ? 'mm' : 'px',
    shape: isRegion ? shapeBetween(kind, handles.start, handles.end) : undefined,
  }
}

function placeOf(
  place: string,
  studies: readonly StudyInfo[],
): Pick<Measurement, 'series' | 'where' | 'slice'> | undefined {
  const [, id, image, frame] = /^\/frames\/([^/]+)\/(\d+)\/(\d+)$/.exec(place) ?? []
  const [, planeStudy, planeSeries, plane, index] =
    /^plane:\/([^/]+)\/(\d+)\/([^/]+)\/(\d+)/.exec(place) ?? []
  const study = studies.find((each) => each.id === (id ?? planeStudy))
  const series = study?.series.find(({ index: own, images }) =>
    plane === undefined ? images.some((each) => each.index === Number(image)) : own === Number(planeSeries),
  )
  if (study === undefined || series === undefined) return undefined
  const key = { study: study.id, series: series.index }
  if (plane !== undefined)
    return { series: key, where: `${seriesText(series)}, ${plane} ${Number(index) + 1}`, slice: undefined }
  const slices = slicesOf(series.images)
  const slice = slices.findIndex((each) => each.image === Number(image) && each.frame === Number(frame))
  return { series: key, where: `${seriesText(series)}, ${texts.measurements.slice(slice + 1)}`, slice }
}

/** The data of a measurement that is still there, to be changed. */
function dataOf({
  place,
  id,
}: Pick<Measurement, 'place' | 'id'>): { readonly all: Data[]; readonly at: number } | undefined {
  for (const tool of Object.keys(kindsOfTools)) {
    const all = toolStates.getImageIdToolState(place, tool)?.data as Data[] | undefined
    const at = all?.findIndex(({ uuid }) => uuid === id) ?? -1
    if (all !== undefined && at >= 0) return { all, at }
  }
  return undefined
}

export function nameMeasurement(measurement: Measurement, name: string): void {
  const found = dataOf(measurement)
  const data = found?.all[found.at]
  if (data !== undefined) data.name = name
  drawAgain()
}

export function deleteMeasurement(measurement: Measurement): void {
  const found = dataOf(measurement)
  found?.all.splice(found.at, 1)
  drawAgain()
}

function drawAgain(): void {
  for (const { element } of cornerstone.getEnabledElements()) cornerstone.draw(element)
}

/** A region's numbers in the original, and in what the run has made of it. */
export interface Measured {
  readonly unit: string
  readonly before: Statistics | undefined
  readonly after: Statistics | undefined
  readonly areaMm2: number | undefined
}

/** @returns undefined of what has no statistics, and of planes that are not shown */
export async function measured(
  measurement: Measurement,
  studies: readonly StudyInfo[],
  run: RunImages | undefined,
): Promise<Measured | undefined> {
  const { shape, place } = measurement
  if (shape === undefined) return undefined
  const frames =
    measurement.slice === undefined ? shownFrames(place) : await framesOf(measurement, studies, run)
  if (frames.before === undefined) return undefined
  const before = statisticsOf(frames.before, shape)
  const { spacing } = frames.before
  return {
    unit: unitName(frames.before),
    before,
    after: frames.after && statisticsOf(frames.after, shape),
    areaMm2: before && spacing && before.pixels * spacing.row * spacing.column,
  }
}

interface Frames {
  readonly before: Frame | undefined
  readonly after: Frame | undefined
}

async function framesOf(
  { series, slice }: Measurement,
  studies: readonly StudyInfo[],
  run: RunImages | undefined,
): Promise<Frames> {
  const images = studies
    .find(({ id }) => id === series.study)
    ?.series.find(({ index }) => index === series.series)?.images
  const at: Slice | undefined = slicesOf(images ?? [])[slice ?? 0]
  const own = run?.study === series.study ? run : undefined
  const after = at && frameRefOf('adversarial', series.study, at, own)
  return {
    before: at && (await loadFrame({ study: series.study, ...at, kind: 'original' })).frame,
    after: after && (await loadFrame(after)).frame,
  }
}

/** Frames of a plane, as long as viewports show it. */
function shownFrames(place: string): Frames {
  const images = cornerstone
    .getEnabledElements()
    .flatMap(({ image }) => (image && placeKey(image.imageId) === place ? [image] : []))
  const frameOf = (kind: string) => {
    const image = images.find(({ imageId }) => imageId.split('/')[3] === kind)
    return image !== undefined && 'frame' in image ? (image.frame as Frame) : undefined
  }
  return { before: frameOf('original'), after: frameOf('adversarial') }
}
