import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { cellResult, type CellResult } from '../../src/engine/compare/cell-result.ts'
import { compareStudy } from '../../src/engine/compare/compare-study.ts'
import type { ComparedMethod } from '../../src/core/spec/comparison-spec.ts'
import { compareRequest } from '../support/compare-requests.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const sample = fileURLToPath(new URL('../../resources/sample/', import.meta.url))
const base = temporaryFolder('sample-strength')
const slices = ['01', '06', '11', '26'].map((name) => join(sample, 'study', `${name}.dcm`))

/** Attacks four slices, two of which hold longer than the others, of the sample through the engine. */
async function compared(
  methods: readonly ComparedMethod[],
  budgets: readonly string[],
): Promise<CellResult[]> {
  const out = join(base, methods.map(({ name }) => name).join('-'))
  const models = [join(sample, 'model/phantom-thorax.onnx')]
  await compareStudy(
    compareRequest(
      { study: slices, out, home: join(base, 'no-home') },
      { models, methods, budgets: { Linf: budgets, L2: [] } },
    ),
  )
  const cells = readdirSync(join(out, 'cells')).sort()
  return cells.map((name) => cellResult.parse(JSON.parse(readFileSync(join(out, 'cells', name), 'utf8'))))
}

/** The slices that still hold, read back from stored values. */
function standing({ slices }: CellResult): string[] {
  return slices.filter(({ success }) => !success).map(({ file }) => file)
}

describe('on the sample', () => {
  const method = (name: string, settings: ComparedMethod['settings']) => ({ name, settings })

  describe('at one budget', () => {
    let cells: CellResult[]
    beforeAll(async () => {
      const [steps, targetClasses, queries] = [4, 1, 8]
      const methods = [
        method('autoattack', { steps, targetClasses, queries }),
        ...[
          method('apgd-ce', { steps }),
          method('apgd-t', { steps, targetClasses }),
          method('fab-t', { steps, targetClasses }),
        ],
        method('square', { steps: queries }),
        ...[method('pgd', { steps }), method('pgd', { steps, restarts: 2 })],
      ]
      cells = await compared(methods, ['6/255'])
    }, 120_000)

    test('AutoAttack’s robust accuracy is never above a member’s, slice by slice', () => {
      const [ensemble, ...members] = cells.slice(0, 5).map(standing)
      for (const [i, member] of members.entries())
        expect([cells[i + 1]!.method, ensemble!.filter((slice) => !member.includes(slice))]).toEqual([
          cells[i + 1]!.method,
          [],
        ])
      expect(ensemble!.length).toBeLessThan(slices.length)
    })

    test('PGD with restarts is never weaker than without', () => {
      const [once, often] = cells.slice(5).map(standing)
      expect(often!.filter((slice) => !once!.includes(slice))).toEqual([])
    })
  })

  test('a larger budget is never weaker', async () => {
    const cells = await compared(
      ['smia', 'pgd'].map((name) => method(name, { steps: 3 })),
      ['1/255', '6/255', '16/255'],
    )
    for (const name of ['smia', 'pgd']) {
      const [small, middle, large] = cells
        .filter((cell) => cell.method === name)
        .map((cell) => standing(cell).length)
      expect(middle).toBeLessThanOrEqual(small!)
      expect(large).toBeLessThanOrEqual(middle!)
      expect(large).toBeLessThan(small!)
    }
  }, 120_000)
})
