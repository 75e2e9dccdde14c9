import type { StudyImage } from './open-study.ts'

/**
 * Images that are worked on together: neighbours of one size, up to `most` of one frame each, or one multi-frame image. Groups depend on
 * headers alone, so that a run that goes on where another stopped has the same ones.
 */
export function imageGroups(images: readonly StudyImage[], most: number): StudyImage[][] {
  const groups: StudyImage[][] = []
  for (const image of images) {
    const group = groups.at(-1)
    const [first] = group ?? []
    if (group !== undefined && first !== undefined && group.length < most && goTogether(first, image)) group.push(image)
    else groups.push([image])
  }
  return groups
}

function goTogether(a: StudyImage, b: StudyImage): boolean {
  const [one, other] = [a.header, b.header]
  const singles = one.numberOfFrames === 1 && other.numberOfFrames === 1
  const sameSize = one.rows === other.rows && one.columns === other.columns
  return singles && sameSize && one.photometricInterpretation === other.photometricInterpretation && a.series === b.series
}
