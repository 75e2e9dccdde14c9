import { openInstance, type SourceInstance } from '../../src/core/dicom/write/part10.ts'
import { formatTag } from '../../src/core/dicom/write/tags.ts'

/**
 * Elements of the top level whose bytes (header and all) differ: + added, - dropped, ~ changed. Both in
 * little endian.
 */
export function elementDifferences(before: Uint8Array, after: Uint8Array): string[] {
  const old = elementsByTag(openInstance(before))
  const now = elementsByTag(openInstance(after))
  const tags = [...new Set([...old.keys(), ...now.keys()])].sort((a, b) => a - b)
  return tags.flatMap((tag) => {
    const [was, is] = [old.get(tag), now.get(tag)]
    if (was === is) return []
    return `${was === undefined ? '+' : is === undefined ? '-' : '~'}${formatTag(tag)}`
  })
}

function elementsByTag({ elements, bytes }: SourceInstance): Map<number, string> {
  return new Map(
    elements.map(({ tag, start, end }) => [tag, Buffer.from(bytes.subarray(start, end)).toString('latin1')]),
  )
}
