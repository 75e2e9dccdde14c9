import type { InstanceIdentity } from './exportable.ts'
import type { DataElement } from './encode.ts'
import { tag } from './tags.ts'

/** One item of Referenced Series Sequence (PS3.3 C.12.2). */
export function referencedSeries(original: InstanceIdentity): DataElement[] {
  const instance: DataElement[] = [
    { tag: tag.ReferencedSOPClassUID, vr: 'UI', value: original.sopClassUid },
    { tag: tag.ReferencedSOPInstanceUID, vr: 'UI', value: original.sopInstanceUid },
  ]
  return [
    { tag: tag.ReferencedInstanceSequence, vr: 'SQ', items: [instance] },
    { tag: tag.SeriesInstanceUID, vr: 'UI', value: original.seriesInstanceUid },
  ]
}
