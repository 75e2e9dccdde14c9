import type { DataSet } from 'dicom-parser'
import { itemOf } from './attributes.ts'

const sharedFunctionalGroups = 'x52009229'
const perFrameFunctionalGroups = 'x52009230'

/**
 * The item of one functional group (PS3.3 C.7.6.16) that is for a frame: the frame's own, else the shared
 * one; undefined where the instance has neither.
 */
export function functionalGroup(
  dataSet: DataSet,
  frameIndex: number,
  sequenceTag: string,
): DataSet | undefined {
  const own = itemOf(dataSet, perFrameFunctionalGroups, frameIndex)
  return itemOf(own, sequenceTag) ?? itemOf(itemOf(dataSet, sharedFunctionalGroups), sequenceTag)
}
