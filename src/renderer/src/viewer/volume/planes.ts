import type { Vector3 } from '../../../../core/dicom/geometry.ts'
import type { VolumeGrid } from '../../../../core/dicom/volume-grid.ts'
import { along, type Axis, inside, middleOf, patientAxes, toPatient, waysInVoxels } from './grid.ts'
import { cross, dot, lengthOf, plus, times, unit } from './vectors.ts'

/** The plane that a viewport shows: slices as they were taken, or a plane of the patient through them. */
export type PlaneName = 'acquired' | 'axial' | 'coronal' | 'sagittal'

export const planeNames: readonly PlaneName[] = ['acquired', 'axial', 'coronal', 'sagittal']

/** Degrees that a plane is turned about the directions of its own rows, and of its columns. */
export interface Turn {
  readonly aboutRows: number
  readonly aboutColumns: number
}

export const unturned: Turn = { aboutRows: 0, aboutColumns: 0 }

/** A plane of pixels in a grid of voxels: pixel (x, y) is the voxel start + x · right + y · down. */
export interface Plane {
  readonly rows: number
  readonly columns: number
  readonly start: Vector3
  readonly right: Vector3
  readonly down: Vector3
  /** The way to the next plane, in voxels, and in mm. */
  readonly through: Vector3
  readonly throughMm: number
  /** mm between rows, and between columns. */
  readonly spacing: { readonly row: number; readonly column: number }
  /** Which of how many parallel planes. */
  readonly index: number
  readonly count: number
}

/**
 * The patient's axes to the right of an image and down it, as radiologists look: from the feet, the front and
 * the left. x to the left, y to the back, z to the head.
 */
const displays: Readonly<Record<Exclude<PlaneName, 'acquired'>, Display>> = {
  axial: { right: [0, 1], down: [1, 1], through: 2 },
  coronal: { right: [0, 1], down: [2, -1], through: 1 },
  sagittal: { right: [1, 1], down: [2, -1], through: 0 },
}

interface Display {
  readonly right: readonly [patient: Axis, sign: 1 | -1]
  readonly down: readonly [patient: Axis, sign: 1 | -1]
  readonly through: Axis
}

interface Directed {
  readonly axis: Axis
  readonly sign: number
}

function directionsOf(grid: VolumeGrid, name: PlaneName): readonly [Directed, Directed, Directed] {
  if (name === 'acquired')
    return [
      { axis: 0, sign: 1 },
      { axis: 1, sign: 1 },
      { axis: 2, sign: 1 },
    ]
  const axes = patientAxes(grid)
  const { right, down, through } = displays[name]
  const directed = (patient: Axis, sign: number): Directed => {
    const found = axes[patient] ?? { axis: patient, sign: 1 }
    return { axis: found.axis, sign: found.sign * sign }
  }
  return [directed(...right), directed(...down), { axis: directed(through, 1).axis, sign: 1 }]
}

/** The plane of this name and turn through a place of a grid. */
export function planeThrough(grid: VolumeGrid, name: PlaneName, point: Vector3, turn = unturned): Plane {
  const directions = directionsOf(grid, name)
  const isTurned = turn.aboutRows !== 0 || turn.aboutColumns !== 0
  return isTurned ? turnedPlane(grid, directions, point, turn) : straightPlane(grid, directions, point)
}

function straightPlane(
  { size, steps }: VolumeGrid,
  [right, down, through]: readonly [Directed, Directed, Directed],
  point: Vector3,
): Plane {
  const count = size[through.axis]
  const index = Math.max(0, Math.min(count - 1, Math.round(point[through.axis])))
  const first = ({ axis, sign }: Directed) => along(axis, sign < 0 ? size[axis] - 1 : 0)
  return {
    rows: size[down.axis],
    columns: size[right.axis],
    start: plus(plus(first(right), first(down)), along(through.axis, index)),
    right: along(right.axis, right.sign),
    down: along(down.axis, down.sign),
    through: along(through.axis, 1),
    throughMm: lengthOf(steps[through.axis]),
    spacing: { row: lengthOf(steps[down.axis]), column: lengthOf(steps[right.axis]) },
    index,
    count,
  }
}

/** Turned planes have square pixels, as fine as the grid's finest axis, and hold the whole grid. */
function turnedPlane(
  grid: VolumeGrid,
  directions: readonly [Directed, Directed, Directed],
  point: Vector3,
  turn: Turn,
): Plane {
  const mm = Math.min(...grid.steps.map(lengthOf))
  const [right, down, through] = turned(grid, directions, turn)
  const middle = middleOf(grid)
  const corners = cornersOf(grid).map((corner) => plus(corner, toPatient(grid, middle), -1))
  const [x, y, z] = [extent(corners, right), extent(corners, down), extent(corners, through)]
  const [columns, rows, count] = [x, y, z].map(({ from, to }) => Math.floor((to - from) / mm) + 1) as [
    number,
    number,
    number,
  ]
  const at = dot(plus(toPatient(grid, point), toPatient(grid, middle), -1), through)
  const index = Math.max(0, Math.min(count - 1, Math.round((at - z.from) / mm)))
  const start = plus(plus(times(right, x.from), down, y.from), through, z.from + index * mm)
  return {
    rows,
    columns,
    start: plus(middle, waysInVoxels(grid, start)),
    right: waysInVoxels(grid, times(right, mm)),
    down: waysInVoxels(grid, times(down, mm)),
    through: waysInVoxels(grid, times(through, mm)),
    throughMm: mm,
    spacing: { row: mm, column: mm },
    index,
    count,
  }
}

/** Directions of length 1 mm, turned about the rows, and then about the columns that this gives. */
function turned(
  { steps }: VolumeGrid,
  directions: readonly [Directed, Directed, Directed],
  { aboutRows, aboutColumns }: Turn,
): [Vector3, Vector3, Vector3] {
  const [right, down, through] = directions.map(({ axis, sign }) => unit(times(steps[axis], sign))) as [
    Vector3,
    Vector3,
    Vector3,
  ]
  const [a, b] = [(aboutRows * Math.PI) / 180, (aboutColumns * Math.PI) / 180]
  const newDown = plus(times(down, Math.cos(a)), through, Math.sin(a))
  const between = plus(times(through, Math.cos(a)), down, -Math.sin(a))
  return [
    plus(times(right, Math.cos(b)), between, Math.sin(b)),
    newDown,
    plus(times(between, Math.cos(b)), right, -Math.sin(b)),
  ]
}

function cornersOf(grid: VolumeGrid): Vector3[] {
  const [x, y, z] = grid.size.map((count) => [0, count - 1]) as [number[], number[], number[]]
  return x.flatMap((i) => y.flatMap((j) => z.map((k) => toPatient(grid, [i, j, k]))))
}

function extent(
  points: readonly Vector3[],
  direction: Vector3,
): { readonly from: number; readonly to: number } {
  const places = points.map((point) => dot(point, direction))
  return { from: Math.min(...places), to: Math.max(...places) }
}

/** The place in voxels of a pixel. */
export function voxelAt({ start, right, down }: Plane, x: number, y: number): Vector3 {
  return plus(plus(start, right, x), down, y)
}

/** A place moved so that it lies in the parallel plane of this index. */
export function movedTo(grid: VolumeGrid, { through, index }: Plane, point: Vector3, to: number): Vector3 {
  return inside(grid, plus(point, through, to - index))
}

/** Directions of a plane's rows and columns in the patient, six cosines as in (0020,0037). */
export function orientationOf({ steps }: VolumeGrid, { right, down }: Plane): readonly number[] {
  const inPatient = (way: Vector3) =>
    unit(steps.reduce<Vector3>((sum, step, axis) => plus(sum, step, way[axis as Axis]), [0, 0, 0]))
  return [...inPatient(right), ...inPatient(down)]
}

/** A line between two points of an image, in its pixels. */
export interface Line {
  readonly from: { readonly x: number; readonly y: number }
  readonly to: { readonly x: number; readonly y: number }
}

/** A plane in the patient: pixel (x, y) is corner + x · right + y · down, mm. */
export interface PlacedPlane {
  readonly rows: number
  readonly columns: number
  readonly corner: Vector3
  readonly right: Vector3
  readonly down: Vector3
}

export function placed(grid: VolumeGrid, plane: Plane): PlacedPlane {
  const { rows, columns } = plane
  const corner = toPatient(grid, plane.start)
  const way = (x: number, y: number) => plus(toPatient(grid, voxelAt(plane, x, y)), corner, -1)
  return { rows, columns, corner, right: way(1, 0), down: way(0, 1) }
}

/** Where another plane cuts an image: undefined where they are parallel, or meet outside the image. */
export function cut(image: PlacedPlane, other: PlacedPlane): Line | undefined {
  const normal = unit(cross(other.right, other.down))
  // a · x + b · y + c = 0, in pixels whose centres are whole numbers
  const [a, b] = [dot(normal, image.right), dot(normal, image.down)]
  const c = dot(normal, plus(image.corner, other.corner, -1))
  if (Math.hypot(a, b) < 1e-6 * (lengthOf(image.right) + lengthOf(image.down))) return undefined
  const [width, height] = [image.columns, image.rows]
  const ends = [
    ...(Math.abs(b) > 1e-9 ? [-0.5, width - 0.5].map((x) => ({ x, y: -(a * x + c) / b })) : []),
    ...(Math.abs(a) > 1e-9 ? [-0.5, height - 0.5].map((y) => ({ x: -(b * y + c) / a, y })) : []),
  ].filter(
    ({ x, y }) =>
      x >= -0.5 - slack && x <= width - 0.5 + slack && y >= -0.5 - slack && y <= height - 0.5 + slack,
  )
  const [from] = ends
  if (from === undefined) return undefined
  const far = (p: { x: number; y: number }) => Math.hypot(p.x - from.x, p.y - from.y)
  const to = ends.reduce((best, end) => (far(end) > far(best) ? end : best))
  // cornerstone counts from a pixel's corner.
  return { from: { x: from.x + 0.5, y: from.y + 0.5 }, to: { x: to.x + 0.5, y: to.y + 0.5 } }
}

const slack = 1e-6
