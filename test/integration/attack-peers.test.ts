import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configureAttack } from '../../src/core/attacks/attack-methods.ts'
import { distanceL2, distanceLinf } from '../../src/core/math/kernels.ts'
import { distanceL0, distanceL1 } from '../../src/core/math/l1.ts'
import { attackToEnd } from '../../src/core/attacks/run-attack.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import { npyFromTensor, readNpy, tensorFromNpy, writeNpy } from '../../src/core/tensor/npy.ts'
import type { Tensor } from '../../src/core/tensor/tensor.ts'
import { goldenModel } from '../support/attack-goldens.ts'
import { chancyPeers, deterministicPeers, smallestPeers } from '../support/attack-peers.ts'
import { problemAgainst, rowsOf } from '../support/attack-problems.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const python = process.env['RADVERSARY_PEERS_PYTHON']
if (python === undefined && process.env['npm_lifecycle_event'] === 'test:peers')
  throw new Error(
    'RADVERSARY_PEERS_PYTHON: expected the python of an environment with torchattacks, got nothing',
  )

const script = join(import.meta.dirname, '../../scripts/goldens/peers.py')
const folder = temporaryFolder('peers')
const stored = (name: string) => tensorFromNpy(readNpy(readFileSync(join(folder, `${name}.npy`)), name))

describe.skipIf(python === undefined)('torchattacks (where RADVERSARY_PEERS_PYTHON names its python)', () => {
  const table: string[] = []
  let model: DifferentiableModel
  let images: Tensor
  let labels: readonly number[]
  beforeAll(async () => {
    execFileSync(python ?? '', [script, 'attack', folder], { stdio: ['ignore', 'ignore', 'pipe'] })
    model = await goldenModel('peers')
    images = stored('x')
    labels = [...stored('y').data]
  }, 300_000)
  afterAll(async () => {
    await model.dispose()
    console.log(table.sort().join('\n'))
  })

  const attacked = async (method: string, settings: object) =>
    attackToEnd(configureAttack(method, settings), await problemAgainst(model, images))
  /** How far the best other class is above the label, [N]. */
  const marginsOf = (logits: Tensor) =>
    rowsOf(logits).map((z, n) => Math.max(...z.filter((_, k) => k !== labels[n])) - z[labels[n]!]!)
  const fooledBy = async (adversarial: Tensor) =>
    marginsOf(await model.predict(adversarial)).filter((margin) => margin > 0).length
  const tell = (name: string, what: string, ours: string, theirs: string) =>
    table.push(`| ${name} | ${what} | ${ours} | ${theirs} |`)

  test.each(Object.entries(deterministicPeers))('%s: the same pixels', async (method, settings) => {
    const [{ adversarial }, theirs] = [await attacked(method, settings), stored(method)]
    const same = adversarial.data.filter((value, i) => Math.abs(value - theirs.data[i]!) < 1e-5).length
    const share = same / theirs.data.length
    tell(method, `${(100 * share).toFixed(2)} % of pixels the same`, `${await fooledBy(adversarial)}`, `${await fooledBy(theirs)}`) // prettier-ignore
    expect(share).toBeGreaterThanOrEqual(0.99)
  })

  test.each(Object.entries(chancyPeers))('%s: success but for chance', async (name, [method, settings]) => {
    const [ours, theirs] = [
      await fooledBy((await attacked(method, settings)).adversarial),
      await fooledBy(stored(name)),
    ]
    tell(name, 'success', `${ours}`, `${theirs}`)
    const rate = (ours + theirs) / (2 * labels.length)
    expect(rate).toBeGreaterThan(0.1)
    expect(rate).toBeLessThan(0.9)
    expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(3 * Math.sqrt(2 * rate * (1 - rate) * labels.length))
  })

  test.each(Object.entries(smallestPeers))(
    '%s: norms',
    async (method, { settings, norm, ratio: [least, most] }) => {
      const [{ adversarial, samples }, theirs] = [await attacked(method, settings), stored(method)]
      writeFileSync(join(folder, `ours-${method}.npy`), writeNpy(npyFromTensor(adversarial)))
      expect(samples.every(({ success }) => success)).toBe(true)
      const normsOf = (all: Tensor) => rowsOf(all).map((row, n) => distances[norm](row, rowsOf(images)[n]!))
      const [our, their] = [normsOf(adversarial), normsOf(theirs)]
      const ratio = median(our.map((value, n) => value / their[n]!))
      tell(method, `median norm ratio ${ratio.toFixed(3)}`, median(our).toFixed(4), median(their).toFixed(4))
      expect(ratio).toBeGreaterThan(least)
      expect(ratio).toBeLessThan(most)
    },
  )

  test('every success of a smallest change is one to PyTorch, in float32 and float64', () => {
    execFileSync(python ?? '', [script, 'judge', folder])
    const judged = JSON.parse(readFileSync(join(folder, 'judged.json'), 'utf8')) as Record<
      string,
      Record<'float32' | 'float64', readonly number[]>
    >
    expect(Object.keys(judged).sort()).toEqual(Object.keys(smallestPeers).sort())
    for (const { float32, float64 } of Object.values(judged))
      expect(Math.min(...float32, ...float64)).toBeGreaterThanOrEqual(1e-4)
  })
})

const distances = { Linf: distanceLinf, L2: distanceL2, L1: distanceL1, L0: distanceL0 }

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
