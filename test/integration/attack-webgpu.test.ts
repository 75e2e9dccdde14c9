import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { attackRequest, largestChange } from '../support/attack-requests.ts'
import { largestDifference } from '../support/numbers.ts'
import { pixelsAtEnd, writeSeries } from '../support/small-study.ts'
import { describeWithSoftwareWebgpu } from '../support/software-webgpu.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-webgpu')

describeWithSoftwareWebgpu('an attack on a GPU in software', () => {
  test.each([
    [1, {}],
    [3, { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }],
  ] as const)(
    'comes to the CPU’s predictions and, but for gradients that are almost zero, to its pixels: %i channels',
    async (channels, card) => {
      const folder = join(base, `${channels}`)
      const study = join(folder, 'study')
      const images = writeSeries(study, 3)
      const classifier = writeClassifier(folder, { channels }, card)
      const on = async (device: string) => {
        const out = join(folder, device)
        const { record } = await attackStudy(attackRequest(classifier, { study, out }, { device }))
        expect(record.device.name).toBe(device)
        const pixels = images.map((image, i) =>
          pixelsAtEnd(join(out, record.images[i]!.exported.series.path), image),
        )
        return { frames: record.images.map(({ frames }) => frames[0]!), pixels }
      }
      const [cpu, gpu] = [await on('cpu'), await on('webgpu')]
      images.forEach((image, i) => {
        const [ours, theirs] = [gpu.frames[i]!, cpu.frames[i]!]
        expect(largestDifference(ours.before.probabilities, theirs.before.probabilities)).toBeLessThan(1e-5)
        expect(largestDifference(ours.reread.probabilities, theirs.reread.probabilities)).toBeLessThan(1e-3)
        expect(ours.success).toBe(theirs.success)
        const same = gpu.pixels[i]!.filter((value, at) => value === cpu.pixels[i]![at]).length
        expect(same / image.values.length).toBeGreaterThan(0.98)
        expect(largestChange(image.values, gpu.pixels[i]!)).toBeLessThanOrEqual((2048 * 16) / 255)
      })
    },
    240_000,
  )
})
