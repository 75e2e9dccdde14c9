import type { Walk } from './attack.ts'
import { faceValue, type Face } from './faces.ts'

/** For each sample the face that is `restart`-th at the clean image: its most likely other class first. */
export function rankedFaces(walk: Walk) {
  const chosen = new Map<number, Face>()
  return {
    faceOf: (sample: number): Face => chosen.get(sample) ?? { terms: [], offset: NaN },
    /** Once, before the first step. */
    find: async () => {
      if (chosen.size > 0) return
      const logits = await walk.predict(walk.images)
      for (const sample of walk.active()) {
        const { faces } = walk.faces(sample)
        const order = [...faces].sort(
          (a, b) => faceValue(b, logits.of(sample)) - faceValue(a, logits.of(sample)),
        )
        // A sample with fewer faces than others goes for its last again.
        const face = order[Math.min(walk.restart, order.length - 1)]
        if (face !== undefined) chosen.set(sample, face)
      }
    },
  }
}
