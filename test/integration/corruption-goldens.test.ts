import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { configureAttack } from '../../src/core/attacks/attack-methods.ts'
import { attackToEnd } from '../../src/core/attacks/run-attack.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import { nearestCentreModel } from '../support/analytic-models.ts'
import { goldenImage, readGolden, unpacked } from '../support/attack-goldens.ts'
import { problemAgainst } from '../support/attack-problems.ts'
import { largestDifference } from '../support/numbers.ts'

const corruption = z.object({
  method: z.string(),
  settings: z.object({ severity: z.int() }),
  seed: z.int(),
  x: z.string(),
})

describe('corruptions at five strengths, pixel by pixel, against references in PyTorch', () => {
  const { image, stride } = goldenImage()

  test.each(Object.entries(readGolden('corruptions.json', corruption)))(
    '%s',
    async (_, { method, settings, seed, x }) => {
      const model = nearestCentreModel(image.shape, 2)
      const problem = await problemAgainst(model, tensor([1, ...image.shape], image.data), { seeds: [seed] })
      const { adversarial } = await attackToEnd(configureAttack(method, settings), problem)
      const some = adversarial.data.filter((_, i) => i % stride === 0)
      expect(largestDifference(some, unpacked(x))).toBeLessThan(2e-6)
      expect(
        largestDifference(
          some,
          image.data.filter((_, i) => i % stride === 0),
        ),
      ).toBeGreaterThan(0.01)
    },
  )
})
