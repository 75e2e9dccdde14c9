import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { configureAttack } from '../../src/core/attacks/attack-methods.ts'
import { corruptionsOfModalities } from '../../src/core/attacks/corruptions/modalities.ts'
import { attackToEnd } from '../../src/core/attacks/run-attack.ts'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { pixelMeaning } from '../../src/core/dicom/meaning.ts'
import { clippedToWindow, ssim } from '../../src/core/evaluate/image-distance.ts'
import { createFloatImage } from '../../src/core/image/float-image.ts'
import { createResampler } from '../../src/core/tensor/resample.ts'
import { tensor, type Tensor } from '../../src/core/tensor/tensor.ts'
import { nearestCentreModel } from '../support/analytic-models.ts'
import { problemAgainst } from '../support/attack-problems.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Slices of the sample in the model's window, at the 224 pixels that constants are for. */
async function slice(name: string): Promise<Tensor> {
  const instance = parseInstance(new Uint8Array(readFileSync(`${root}resources/sample/study/${name}.dcm`)))
  const meaning = pixelMeaning(instance, 0)
  const { unit } = meaning.modality
  const range = { domain: 'modality', lower: -1350, upper: 150, unit } as const
  const { relative } = createFloatImage(await decodeFrame(instance, 0), meaning, range)
  const whole = tensor([1, 1, 512, 512], relative.data)
  return createResampler([512, 512], [224, 224], 'bilinear-antialiased').apply(whole)
}

const seeds = [1, 2, 3, 4]
/** Those that are measured; the others lie between. */
const severities = [1, 3, 5]

/** docs/attacks.md: of each corruption the mean SSIM at each severity. */
const documented = new Map(
  [
    ...readFileSync(`${root}docs/attacks.md`, 'utf8').matchAll(
      /^\| ([\w-]+) +\| .* \| ((?:0\.\d+(?:, )?){5}) +\|$/gm,
    ),
  ].map(([, name = '', numbers = '']) => [name, numbers.split(', ').map(Number)]),
)

describe('corruptions of the modality, on the sample', () => {
  let slices: readonly Tensor[]
  beforeAll(async () => {
    slices = await Promise.all(['01', '10', '20'].map(slice))
  })

  async function corrupted(name: string, severity: number, seed: number): Promise<readonly Tensor[]> {
    const images = tensor([3, 1, 224, 224], Float32Array.from(slices.flatMap(({ data }) => [...data])))
    const problem = await problemAgainst(nearestCentreModel([1, 224, 224], 2), images, {
      seeds: [seed, seed, seed],
      bounds: {
        lower: tensor(
          images.shape,
          images.data.map(() => -10),
        ),
        upper: tensor(
          images.shape,
          images.data.map(() => 10),
        ),
      },
    })
    const { adversarial } = await attackToEnd(configureAttack(name, { severity }), problem)
    return slices.map((_, n) =>
      tensor([1, 1, 224, 224], adversarial.data.slice(n * 224 ** 2, (n + 1) * 224 ** 2)),
    )
  }

  async function meanSsim(name: string, severity: number): Promise<number> {
    const found: number[] = []
    for (const seed of seeds)
      for (const [n, image] of (await corrupted(name, severity, seed)).entries()) {
        const pair = { a: clippedToWindow(slices[n]!.data), b: clippedToWindow(image.data) }
        found.push(ssim({ ...pair, rows: 224, columns: 224 }, 1)!)
      }
    return found.reduce((sum, one) => sum + one, 0) / found.length
  }

  test('each of them is in the table of severities', () => {
    expect([...documented.keys()].sort()).toEqual(corruptionsOfModalities.map(({ name }) => name).sort())
  })

  test.each(corruptionsOfModalities.map(({ name }) => name))(
    '%s: SSIM falls as the documentation says',
    async (name) => {
      const found: number[] = []
      for (const severity of severities) found.push(await meanSsim(name, severity))
      for (const [i, value] of found.entries()) {
        expect(Math.abs(value - documented.get(name)![severities[i]! - 1]!)).toBeLessThan(0.006)
        if (i > 0) expect(value).toBeLessThan(found[i - 1]!)
      }
    },
    60_000,
  )
})
