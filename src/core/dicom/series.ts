import type { InstanceHeader, Vector3 } from './instance.ts'

/** Something about a series that a reader should know before trusting its order or spacing. */
export interface SeriesNote {
  readonly kind: 'gap' | 'duplicate-position' | 'duplicate-instance' | 'mixed-orientation' | 'mixed-size'
  readonly message: string
}

/** One series: its instances in order. */
export interface Series<Header extends InstanceHeader = InstanceHeader> {
  readonly studyInstanceUid: string | undefined
  readonly seriesInstanceUid: string | undefined
  readonly modality: string | undefined
  readonly seriesNumber: number | undefined
  readonly seriesDescription: string | undefined
  readonly instances: readonly Header[]
  /** What the order is by. */
  readonly orderedBy: 'geometry' | 'instance-number'
  /** Distance of neighbouring slices along the normal in mm (the median), where ordered by geometry. */
  readonly sliceSpacingMm: number | undefined
  /** Instances left out because another one of the series has their SOP Instance UID. */
  readonly duplicates: readonly Header[]
  readonly notes: readonly SeriesNote[]
}

/** All series, by study, series number and UID. */
export type SeriesOrder<Header extends InstanceHeader = InstanceHeader> = readonly Series<Header>[]

/**
 * Directions closer than this (cosine of 0.8 degrees) are taken as one orientation; scanners write six
 * decimals or fewer.
 */
const sameDirection = 0.9999

/** Positions closer than this are one position, in mm. */
const samePositionMm = 1e-3

/**
 * Groups instances by study and series and orders each series: by ImagePositionPatient along the slices'
 * normal where all have a position and one orientation, else by InstanceNumber; ties by InstanceNumber, then
 * SOPInstanceUID and file, so that the order is always the same. Of instances with the same SOPInstanceUID
 * only the first is kept; this, gaps and mixed orientations are told in the notes.
 */
export function orderSeries<Header extends InstanceHeader>(
  instances: readonly Header[],
): SeriesOrder<Header> {
  const groups = new Map<string, Header[]>()
  for (const instance of instances) {
    const key = `${instance.studyInstanceUid ?? ''}\n${instance.seriesInstanceUid ?? ''}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [instance])
    else group.push(instance)
  }
  return [...groups.values()].map(orderOne).sort(bySeries)
}

function orderOne<Header extends InstanceHeader>(members: readonly Header[]): Series<Header> {
  const { unique, duplicates } = withoutDuplicates([...members].sort(byNumber))
  const axis = commonNormal(unique)
  const positions = axis && new Map(unique.map((instance) => [instance, along(axis, instance)]))
  const ordered = positions
    ? [...unique].sort((a, b) => difference(positions.get(a), positions.get(b)))
    : unique
  const spacing = positions && spacingOf(ordered.map((instance) => positions.get(instance) ?? 0))
  const [first] = ordered
  return {
    studyInstanceUid: first?.studyInstanceUid,
    seriesInstanceUid: first?.seriesInstanceUid,
    modality: first?.modality,
    seriesNumber: first?.seriesNumber,
    seriesDescription: first?.seriesDescription,
    instances: ordered,
    orderedBy: positions ? 'geometry' : 'instance-number',
    sliceSpacingMm: spacing?.median,
    duplicates,
    notes: [...repetitions(duplicates.length), ...(spacing?.notes ?? []), ...mixtures(unique)],
  }
}

function withoutDuplicates<Header extends InstanceHeader>(members: readonly Header[]) {
  const seen = new Set<string>()
  const unique: Header[] = []
  const duplicates: Header[] = []
  for (const member of members) {
    const uid = member.sopInstanceUid
    const isDuplicate = uid !== undefined && seen.has(uid)
    ;(isDuplicate ? duplicates : unique).push(member)
    if (uid !== undefined) seen.add(uid)
  }
  return { unique, duplicates }
}

function repetitions(count: number): SeriesNote[] {
  if (count === 0) return []
  return [
    { kind: 'duplicate-instance', message: `${count} files repeat a SOP Instance UID and are left out` },
  ]
}

/**
 * The normal of the slices, when every instance has a position and all have one orientation; a single slice
 * needs no order.
 */
function commonNormal(instances: readonly InstanceHeader[]): Vector3 | undefined {
  const [first] = instances
  if (first?.imageOrientationPatient === undefined || instances.length < 2) return undefined
  const normal = normalOf(first)
  const fits = (instance: InstanceHeader) =>
    instance.imagePositionPatient !== undefined && isSameOrientation(first, instance)
  return normal !== undefined && instances.every(fits) ? normal : undefined
}

function isSameOrientation(one: InstanceHeader, other: InstanceHeader): boolean {
  const a = one.imageOrientationPatient
  const b = other.imageOrientationPatient
  if (a === undefined || b === undefined) return a === b
  return dot(a[0], b[0]) > sameDirection && dot(a[1], b[1]) > sameDirection
}

function spacingOf(positions: readonly number[]): { median: number | undefined; notes: SeriesNote[] } {
  const steps = positions.slice(1).map((position, index) => position - (positions[index] ?? 0))
  const distinct = steps.filter((step) => step > samePositionMm).sort((a, b) => a - b)
  const median = distinct[Math.floor(distinct.length / 2)]
  const repeated = steps.length - distinct.length
  const gaps = median === undefined ? 0 : distinct.filter((step) => step > 1.5 * median).length
  const notes: SeriesNote[] = []
  if (repeated > 0)
    notes.push({ kind: 'duplicate-position', message: `${repeated} slices lie where another one does` })
  if (gaps > 0)
    notes.push({
      kind: 'gap',
      message: `${gaps} gaps: neighbouring slices further apart than 1.5 times the usual ${roundMm(median ?? 0)} mm`,
    })
  return { median, notes }
}

function mixtures(instances: readonly InstanceHeader[]): SeriesNote[] {
  const notes: SeriesNote[] = []
  const [first] = instances
  if (first !== undefined && !instances.every((instance) => isSameOrientation(first, instance)))
    notes.push({
      kind: 'mixed-orientation',
      message: 'slices have several orientations, so they are in the order of their instance numbers',
    })
  const sizes = new Set(
    instances.filter(({ rows }) => rows > 0).map(({ rows, columns }) => `${columns}x${rows}`),
  )
  if (sizes.size > 1)
    notes.push({
      kind: 'mixed-size',
      message: `images have ${sizes.size} sizes: ${[...sizes].sort().join(', ')}`,
    })
  return notes
}

function normalOf({ imageOrientationPatient }: InstanceHeader): Vector3 | undefined {
  if (imageOrientationPatient === undefined) return undefined
  const [[a, b, c], [d, e, f]] = imageOrientationPatient
  const normal: Vector3 = [b * f - c * e, c * d - a * f, a * e - b * d]
  return dot(normal, normal) > 0.5 ? normal : undefined
}

function along(axis: Vector3, { imagePositionPatient }: InstanceHeader): number {
  return imagePositionPatient === undefined ? 0 : dot(axis, imagePositionPatient)
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

function roundMm(value: number): number {
  return Math.round(value * 100) / 100
}

/** Numbers first, in order; those without one last. */
function difference(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0
  if (a === undefined) return 1
  return b === undefined ? -1 : a - b
}

function byText(a: string | undefined, b: string | undefined): number {
  const [left, right] = [a ?? '', b ?? '']
  return left < right ? -1 : left > right ? 1 : 0
}

function byNumber(a: InstanceHeader, b: InstanceHeader): number {
  return (
    difference(a.instanceNumber, b.instanceNumber) ||
    byText(a.sopInstanceUid, b.sopInstanceUid) ||
    byText(a.file, b.file)
  )
}

function bySeries(a: Series, b: Series): number {
  return (
    byText(a.studyInstanceUid, b.studyInstanceUid) ||
    difference(a.seriesNumber, b.seriesNumber) ||
    byText(a.seriesInstanceUid, b.seriesInstanceUid)
  )
}
