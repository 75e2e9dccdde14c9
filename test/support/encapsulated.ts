import { parseInstance, type Instance, type InstanceHeader } from '../../src/core/dicom/instance.ts'
import { tinyFile } from './tiny-instance.ts'

/** A DICOM item: tag FFFE,E000, length, content. */
function item(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + content.length)
  new DataView(bytes.buffer).setUint32(0, 0xe000fffe, true)
  new DataView(bytes.buffer).setUint32(4, content.length, true)
  bytes.set(content, 8)
  return bytes
}

/**
 * The 2 x 2 test image with these fragments for its pixel data (PS3.5 section A.4), behind a basic offset
 * table, and with other header values as given; the sequence ends with the file.
 */
export function encapsulatedInstance(
  fragments: readonly Uint8Array[],
  header: Partial<InstanceHeader>,
  offsets: readonly number[] = [],
): Instance {
  const items = [new Uint8Array(Uint32Array.from(offsets).buffer), ...fragments].map(item)
  const bytes = Uint8Array.from(items.flatMap((each) => Array.from(each)))
  const tiny = parseInstance(tinyFile())
  if (tiny.pixelData === undefined) throw new Error('no pixel data')
  return { ...tiny, ...header, bytes, pixelData: { ...tiny.pixelData, dataOffset: 0, length: 0xffffffff } }
}
