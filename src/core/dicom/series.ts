import { entry, valueFor } from '../entry.ts'
import { along, difference, isSameOrientation, normalOf, roundMm, tiltText } from './geometry.ts'
import type { InstanceHeader } from './instance.ts'
import type { Vector3 } from './geometry.ts'
import { stackParts } from './stack-parts.ts'

/** Something about a series that a reader should know before trusting its order or spacing. */
export interface SeriesNote {
  readonly kind:
    'gap' | 'one-place' | 'frame-stacks' | 'duplicate-instance' | 'mixed-orientation' | 'mixed-size' | 'tilt'
  readonly message: string
}

/** Which part of a DICOM series a stack is. */
export interface SeriesPart {
  /** From 1. */
  readonly number: number
  readonly count: number
  /** In what it differs from the others, such as "temporal position 2". */
  readonly label: string
}

/** One series, or one stack of a series that holds several: its instances in order. */
export interface Series<Header extends InstanceHeader = InstanceHeader> {
  readonly studyInstanceUid: string | undefined
  readonly seriesInstanceUid: string | undefined
  readonly modality: string | undefined
  readonly seriesNumber: number | undefined
  readonly seriesDescription: string | undefined
  /** Undefined where the series is one stack. */
  readonly part: SeriesPart | undefined
  readonly instances: readonly Header[]
  /** False where no image is another's neighbour: all lie at one place, or each is turned another way. */
  readonly isStack: boolean
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

/** Positions closer than this are one position, in mm. */
const samePositionMm = 1e-3

/**
 * Groups instances by study and series, parts each series into stacks (`stackParts`) and orders these: by
 * ImagePositionPatient along the slices' normal where all have a position and one orientation, else by
 * InstanceNumber; ties by InstanceNumber, then SOPInstanceUID and file, so that the order is always the same.
 * Instances without a series are of one series where they lie in one folder. Of instances with the same
 * SOPInstanceUID only the first is kept; this, gaps and mixed orientations are named in the notes.
 */
export function orderSeries<Header extends InstanceHeader>(
  instances: readonly Header[],
): SeriesOrder<Header> {
  const groups = new Map<string, Header[]>()
  for (const instance of instances) {
    const key = `${instance.studyInstanceUid ?? ''}\n${instance.seriesInstanceUid ?? folderOf(instance.file)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [instance])
    else group.push(instance)
  }
  return [...groups.values()].sort(bySeries).flatMap(stacksOf)
}

/** Folder of a file, or of a member of an archive, which is named "archive > member". */
function folderOf(file: string | undefined): string {
  if (file === undefined) return ''
  return file.slice(0, Math.max(0, ...['/', '\\', ' > '].map((end) => file.lastIndexOf(end))))
}

/** Parts a series; multi-frame images stay together, before or after the others as the first image is. */
function stacksOf<Header extends InstanceHeader>(members: readonly Header[]): Series<Header>[] {
  const { unique, duplicates } = withoutDuplicates([...members].sort(byNumber))
  const multiFrame = unique.filter(({ numberOfFrames }) => numberOfFrames > 1)
  const single = unique.filter(({ numberOfFrames }) => numberOfFrames <= 1)
  const whole = { members: multiFrame, label: 'multi-frame images', isStack: true }
  const parted = single.length > 0 ? stackParts(single) : []
  const isFirst = unique[0] === multiFrame[0]
  const parts = multiFrame.length === 0 ? parted : isFirst ? [whole, ...parted] : [...parted, whole]
  return parts.map(({ members: instances, label, isStack }, index) => ({
    ...orderOne(instances, isStack, index === 0 ? duplicates : []),
    part: parts.length < 2 ? undefined : { number: index + 1, count: parts.length, label },
  }))
}

function orderOne<Header extends InstanceHeader>(
  members: readonly Header[],
  isStack: boolean,
  duplicates: readonly Header[],
): Omit<Series<Header>, 'part'> {
  const axis = commonNormal(members)
  const positions = axis && new Map(members.map((instance) => [instance, along(axis, instance)]))
  const ordered =
    positions && isStack
      ? [...members].sort((a, b) => difference(positions.get(a), positions.get(b)))
      : members
  const spacing = positions && spacingOf(ordered.map((instance) => valueFor(positions, instance)))
  const [first] = ordered
  return {
    studyInstanceUid: first?.studyInstanceUid,
    seriesInstanceUid: first?.seriesInstanceUid,
    modality: first?.modality,
    seriesNumber: first?.seriesNumber,
    seriesDescription: first?.seriesDescription,
    instances: ordered,
    isStack,
    orderedBy: positions && isStack ? 'geometry' : 'instance-number',
    sliceSpacingMm: isStack ? spacing?.median : undefined,
    duplicates,
    notes: [
      ...repetitions(duplicates.length),
      ...(isStack ? (spacing?.notes ?? []) : onePlace(members)),
      ...(isStack ? tilts(ordered) : []),
      ...mixtures(members),
      ...ofFrames(members),
    ],
  }
}

function ofFrames(members: readonly InstanceHeader[]): SeriesNote[] {
  const [first, ...others] = members.find(({ frameStacks }) => frameStacks.length > 1)?.frameStacks ?? []
  if (first === undefined) return []
  const message = `the frames of an image are ${others.length + 1} stacks, the first: ${first.label}`
  return [{ kind: 'frame-stacks', message }]
}

function onePlace(members: readonly InstanceHeader[]): SeriesNote[] {
  const [first] = members
  if (first === undefined || !members.every((member) => isSameOrientation(first, member))) return []
  return [
    {
      kind: 'one-place',
      message: `${members.length} images lie at one place, so none of them is another's neighbour`,
    },
  ]
}

function tilts(ordered: readonly InstanceHeader[]): SeriesNote[] {
  const message = tiltText(ordered)
  return message === undefined ? [] : [{ kind: 'tilt', message }]
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

function spacingOf(positions: readonly number[]): { median: number | undefined; notes: SeriesNote[] } {
  const steps = positions.slice(1).map((position, index) => position - entry(positions, index))
  const distinct = steps.filter((step) => step > samePositionMm).sort((a, b) => a - b)
  const median = distinct[Math.floor(distinct.length / 2)]
  if (median === undefined) return { median, notes: [] }
  const gaps = distinct.filter((step) => step > 1.5 * median).length
  const message = `${gaps} gaps: neighbouring slices further apart than 1.5 times the usual ${roundMm(median)} mm`
  return { median, notes: gaps > 0 ? [{ kind: 'gap', message }] : [] }
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

function bySeries([a]: readonly InstanceHeader[], [b]: readonly InstanceHeader[]): number {
  return (
    byText(a?.studyInstanceUid, b?.studyInstanceUid) ||
    difference(a?.seriesNumber, b?.seriesNumber) ||
    byText(a?.seriesInstanceUid, b?.seriesInstanceUid) ||
    byText(a?.file, b?.file)
  )
}
