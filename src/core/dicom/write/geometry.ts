import type { DataElement } from './encode.ts'
import { hasFunctionalGroups } from './functional-groups.ts'
import type { SourceInstance } from './part10.ts'
import { frameCount, itemsOf, valueBytes } from './source-values.ts'
import { tag } from './tags.ts'

/** Where one frame lies, as functional groups: Pixel Measures, Plane Position and Plane Orientation. */
export interface FrameGeometry {
  readonly groups: readonly DataElement[]
  /** Whether the source says where the frame lies in its frame of reference. */
  readonly placed: boolean
  /** Whether the source says how large a pixel is. */
  readonly measured: boolean
  /** Whether it says how thick a slice is as well, which the Pixel Measures of a segmentation must. */
  readonly thick: boolean
}

/**
 * Where each frame of the source lies (PS3.3 C.7.6.16.2.1, .3 and .4), its values byte for byte. A frame that
 * the source doesn't place, such as an ultrasound image, lies at the origin; its frame of reference must be
 * one of its own then. No pixel size is made up.
 */
export function frameGeometries(source: SourceInstance): FrameGeometry[] {
  if (!hasFunctionalGroups(source))
    return Array<FrameGeometry>(frameCount(source)).fill(geometryOf(() => source))
  const [shared] = itemsOf(source, tag.SharedFunctionalGroupsSequence)
  return itemsOf(source, tag.PerFrameFunctionalGroupsSequence).map((frame) => {
    return geometryOf(
      (group) => itemsOf(frame, group)[0] ?? (shared === undefined ? undefined : itemsOf(shared, group)[0]),
    )
  })
}

/** `holder` gives what holds the attributes of a group: its item, or the instance itself. */
function geometryOf(holder: (group: number) => SourceInstance | undefined): FrameGeometry {
  const measures = holder(tag.PixelMeasuresSequence)
  const spacing = copied(measures, tag.PixelSpacing)
  const thickness = copied(measures, tag.SliceThickness)
  const position = copied(holder(tag.PlanePositionSequence), tag.ImagePositionPatient)
  const orientation = copied(holder(tag.PlaneOrientationSequence), tag.ImageOrientationPatient)
  const placed = position.length > 0 && orientation.length > 0
  return {
    placed,
    measured: spacing.length > 0,
    thick: thickness.length > 0,
    groups: [
      {
        tag: tag.PixelMeasuresSequence,
        vr: 'SQ',
        items: [[...thickness, ...spacing]],
      },
      { tag: tag.PlanePositionSequence, vr: 'SQ', items: [placed ? position : origin] },
      { tag: tag.PlaneOrientationSequence, vr: 'SQ', items: [placed ? orientation : upright] },
    ],
  }
}

const origin: readonly DataElement[] = [{ tag: tag.ImagePositionPatient, vr: 'DS', value: '0\\0\\0' }]
const upright: readonly DataElement[] = [
  { tag: tag.ImageOrientationPatient, vr: 'DS', value: '1\\0\\0\\0\\1\\0' },
]

/** Values as the source has them, which may lie in another encoding than it. */
function copied(source: SourceInstance | undefined, at: number): DataElement[] {
  const value = source === undefined ? undefined : valueBytes(source, at)
  return value === undefined ? [] : [{ tag: at, vr: 'bytes', as: 'DS', value }]
}
