import { addCount } from '../counts.ts'
import { difference, isSameOrientation, placing, type Placed } from './geometry.ts'
import { stackDimensions, type Dimension } from './stack-dimensions.ts'

/** Images that lie side by side, or of which nothing says that they don't. */
export interface StackPart<Item extends Placed> {
  readonly members: readonly Item[]
  /** In what it differs from the other parts, such as "temporal position 2"; empty for the only part. */
  readonly label: string
  /** False where no member is another's neighbour: all lie at one place, or each is turned another way. */
  readonly isStack: boolean
}

/**
 * Positions closer than this are one place: a part of the pixels' distance, or of 1 mm where it is not given.
 */
const samePlace = 0.01

/** Sizes come before what the headers say: images of two sizes are never of one stack. */
const sizeDimension: Dimension = { name: 'size', sources: [] }

/**
 * Parts images of one series, or frames of one image, into stacks: first by orientation; then, as long as
 * several lie at one place, by the first dimension (`stackDimensions`) that parts these and does not tear
 * apart what belongs together; where none does, by runs: in the order given, a new part begins where a place
 * comes again.
 * @param items in the order of their numbers
 */
export function stackParts<Item extends Placed>(items: readonly Item[]): StackPart<Item>[] {
  const [first] = items
  const turned = byOrientation(items)
  if (turned.length === 1 || turned.every(({ length }) => length === 1)) {
    const isOneWay = first === undefined || turned.length === 1
    return isOneWay ? partedOneWay(items, '') : [{ members: items, label: '', isStack: false }]
  }
  return turned.flatMap((members, index) => partedOneWay(members, `orientation ${index + 1}`))
}

function byOrientation<Item extends Placed>(items: readonly Item[]): Item[][] {
  const groups: Item[][] = []
  for (const item of items) {
    const own = groups.find(([first]) => first !== undefined && isSameOrientation(first, item))
    if (own === undefined) groups.push([item])
    else own.push(item)
  }
  return groups
}

function partedOneWay<Item extends Placed>(items: readonly Item[], label: string): StackPart<Item>[] {
  const places = new Places(items)
  if (places.areOne) return [{ members: items, label, isStack: items.length === 1 }]
  return parted(items, { places, label, from: 0 })
}

interface Parting {
  readonly places: Places
  readonly label: string
  /** Index of the first dimension that has not been tried. */
  readonly from: number
}

const dimensions = [sizeDimension, ...stackDimensions]

function parted<Item extends Placed>(
  items: readonly Item[],
  { places, label, from }: Parting,
): StackPart<Item>[] {
  for (const [index, dimension] of dimensions.entries()) {
    if (index < from) continue
    const groups = groupedBy(items, dimension)
    if (!doesPart(groups, items, { places, dimension })) continue
    return groups.flatMap((group, rank) =>
      parted(group, { places, label: labelled(label, dimension, group, rank), from: index + 1 }),
    )
  }
  if (places.most(items) < 2) return [{ members: items, label, isStack: true }]
  return inRuns(items, places).map((members, run) => ({
    members,
    label: joined(label, `run ${run + 1}`),
    isStack: true,
  }))
}

/**
 * A dimension parts images where each of its values needs only some of the parts that all need together: the
 * most images at one place of each value add up to the most of all. Values that change from slice to slice
 * add up to more.
 */
function doesPart(
  groups: readonly (readonly Placed[])[],
  items: readonly Placed[],
  { places, dimension }: { readonly places: Places; readonly dimension: Dimension },
): boolean {
  if (groups.length < 2) return false
  const most = places.most(items)
  if (most > 1) return groups.reduce((sum, group) => sum + places.most(group), 0) === most
  return dimension.isOfStacks === true && groups.every(({ length }) => length > 1) && places.doOverlap(groups)
}

function groupedBy<Item extends Placed>(items: readonly Item[], dimension: Dimension): Item[][] {
  const groups = new Map<number | string | undefined, Item[]>()
  for (const item of items) {
    const value = valueOf(item, dimension)
    const group = groups.get(value)
    if (group === undefined) groups.set(value, [item])
    else group.push(item)
  }
  return [...groups.entries()].sort(([a], [b]) => byValue(a, b)).map(([, group]) => group)
}

function valueOf(item: Placed, dimension: Dimension): number | string | undefined {
  return dimension === sizeDimension ? `${item.columns}x${item.rows}` : item.dimensions[dimension.name]
}

function byValue(a: number | string | undefined, b: number | string | undefined): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : 1
  return difference(typeof a === 'number' ? a : undefined, typeof b === 'number' ? b : undefined)
}

function labelled(label: string, dimension: Dimension, [first]: readonly Placed[], rank: number): string {
  const value = first && valueOf(first, dimension)
  if (dimension.isToldByRank) return joined(label, `${dimension.name} no. ${rank + 1}`)
  const unit = dimension.unit === undefined || value === undefined ? '' : ` ${dimension.unit}`
  return joined(label, `${dimension.name} ${value ?? 'not given'}${unit}`)
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ')
}

/**
 * Runs where there are as few as possible. Else images come place by place: then the nth part has each
 * place's nth image, by the first dimension whose values differ at every place, or in the order given.
 */
function inRuns<Item extends Placed>(items: readonly Item[], places: Places): Item[][] {
  const runs: Item[][] = []
  let seen = new Set<number>()
  for (const item of items) {
    const place = places.of(item)
    if (runs.length === 0 || seen.has(place)) {
      runs.push([])
      seen = new Set()
    }
    runs.at(-1)?.push(item)
    seen.add(place)
  }
  return runs.length === places.most(items) ? runs : byRank(items, places)
}

function byRank<Item extends Placed>(items: readonly Item[], places: Places): Item[][] {
  const atPlaces = new Map<number, Item[]>()
  for (const item of items) {
    const place = places.of(item)
    atPlaces.set(place, [...(atPlaces.get(place) ?? []), item])
  }
  const dimension = stackDimensions.find(({ name }) =>
    [...atPlaces.values()].every((same) => areDistinctNumbers(same.map((item) => item.dimensions[name]))),
  )
  const parts = Array.from({ length: places.most(items) }, (): Item[] => [])
  for (const same of atPlaces.values()) {
    const ordered =
      dimension === undefined
        ? same
        : [...same].sort((a, b) => byValue(valueOf(a, dimension), valueOf(b, dimension)))
    ordered.forEach((item, rank) => parts[rank]?.push(item))
  }
  return parts
}

function areDistinctNumbers(values: readonly (number | string | undefined)[]): boolean {
  return values.every((value) => typeof value === 'number') && new Set(values).size === values.length
}

/**
 * Where images of one orientation lie along their normal; an image without a position has a place of its own.
 */
class Places {
  private readonly places = new Map<Placed, number>()
  private readonly along = new Map<Placed, number>()

  constructor(items: readonly Placed[]) {
    const [first] = items
    const placeOf = placing(items)
    const tolerance = samePlace * (first?.pixelSpacing?.[0] ?? 1)
    for (const item of items) {
      const place = placeOf(item)
      if (place !== undefined) this.along.set(item, place)
    }
    const ordered = [...this.along].sort(([, a], [, b]) => a - b)
    let place = -1
    let last = -Infinity
    for (const [item, position] of ordered) {
      if (position - last > tolerance) place++
      last = position
      this.places.set(item, place)
    }
    for (const item of items) if (!this.places.has(item)) this.places.set(item, ++place)
  }

  get areOne(): boolean {
    return new Set(this.places.values()).size === 1
  }

  /** @returns its place, the same number for images at the same place */
  of(item: Placed): number {
    return this.places.get(item) ?? -1
  }

  /** The most images at one place. */
  most(items: readonly Placed[]): number {
    const counts = new Map<number, number>()
    let most = 0
    for (const item of items) {
      most = Math.max(most, addCount(counts, this.of(item)))
    }
    return most
  }

  /** Whether groups share some way along the normal; those without positions may. */
  doOverlap(groups: readonly (readonly Placed[])[]): boolean {
    const ranges = groups.map((group) => group.flatMap((item) => this.along.get(item) ?? []))
    const begins = Math.max(
      ...ranges.map((range) => range.reduce((a, b) => Math.min(a, b), Infinity)).filter(Number.isFinite),
    )
    const ends = Math.min(
      ...ranges.map((range) => range.reduce((a, b) => Math.max(a, b), -Infinity)).filter(Number.isFinite),
    )
    return begins < ends || ranges.some(({ length }) => length === 0)
  }
}
