import { fourDigits } from '../../core/number-texts.ts'
import { join } from 'node:path'
import { openExportFolder, type ExportFolder } from '../../adapters/fs/export-folder.ts'
import { madeAnew, readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { connectPixelModels } from '../session/lanes.ts'
import type { JobHooks } from '../progress.ts'
import { createImageLoader } from '../study/load-image.ts'
import { attackCell, type Lane } from './attack-cell.ts'
import { cellResult, type CellResult } from './cell-result.ts'
import { comparedStacks, prepareComparison, type CompareRequest, type CompareRun } from './compare-run.ts'
import { comparisonCharts } from './comparison-charts.ts'
import { comparisonCsv, comparisonOf, iterationsCsv, transferCsv, type Comparison } from './comparison.ts'

/** Beside the tables, in the comparison's folder. */
export const comparisonName = 'comparison.json'

export interface CompareReport {
  readonly folder: string
  readonly comparison: Comparison
  /** Cells that an earlier attempt had finished. */
  readonly resumed: number
}

/**
 * Attacks a study by several methods at several budgets on several models, and leaves what came of it: a
 * result for each cell, tables, charts and comparison.json. Stopped at any moment, the same request goes on
 * with the cell that was in work.
 * @throws RadversaryError for whatever stops the whole comparison (usage, card-invalid, model-unreadable,
 * io-failed, cancelled …).
 */
export async function compareStudy(request: CompareRequest, hooks: JobHooks = {}): Promise<CompareReport> {
  const run = await prepareComparison(request, hooks)
  const folder = await openExportFolder({
    folder: request.out,
    exportId: run.exportId,
    sources: request.study,
  })
  const done = new Map<number, CellResult>()
  for (const [index] of run.cells.entries()) {
    const finished = await finishedCell(folder, index)
    if (finished !== undefined) done.set(index, finished)
  }
  const resumed = done.size
  for (const [model] of run.models.entries()) await workOnModel(model, { run, folder, done, hooks })
  const comparison = comparisonOf(
    run,
    run.cells.flatMap((_, index) => done.get(index) ?? []),
  )
  await finish(folder, comparison)
  return { folder: folder.folder, comparison, resumed }
}

async function finishedCell(folder: ExportFolder, index: number): Promise<CellResult | undefined> {
  const kept = await folder.keep(cellPath(index))
  if (kept === undefined) return undefined
  return readJson(join(folder.folder, kept.path), cellResult, folder.complete ? toRestore : madeAnew)
}

interface Work {
  readonly run: CompareRun
  readonly folder: ExportFolder
  /** By the cells' indices. */
  readonly done: Map<number, CellResult>
  readonly hooks: JobHooks
}

/** The cells of one model that are not done yet; it and its judges are connected for as long. */
async function workOnModel(model: number, { run, folder, done, hooks }: Work): Promise<void> {
  const compared = run.models[model]
  const cells = [...run.cells.entries()].filter(([index, cell]) => cell.model === model && !done.has(index))
  if (compared === undefined || cells.length === 0) return
  const lanes = await connect(model, run)
  const loader = createImageLoader(compared.study, compared.opened.card, compared)
  try {
    for (const [index, cell] of cells) {
      const report = (slices: number) => {
        const note = `${compared.opened.card.name}, ${cell.method.name}${cell.budget === null ? '' : ` at ${cell.budget}`}`
        const images = done.size * run.images.length + slices
        hooks.onProgress?.({
          done: images,
          total: run.cells.length * run.images.length,
          phase: 'attacking',
          note,
        })
      }
      report(0)
      const result = await attackCell({
        run,
        cell,
        compared,
        lanes,
        loader,
        signal: hooks.signal,
        onDone: report,
      })
      await folder.write(cellPath(index), jsonBytes(result))
      done.set(index, result)
    }
  } finally {
    await Promise.all(
      lanes
        .flatMap((lane) => [lane.model, ...lane.judges.map((judge) => judge.model)])
        .map((one) => one.dispose()),
    )
  }
}

async function connect(model: number, run: CompareRun): Promise<Lane[]> {
  const { models, request } = run
  const connected = await Promise.all(
    models.map(async (compared, index) => {
      if (index !== model && !request.transfer) return []
      const { opened, runtime } = compared
      return connectPixelModels({ opened, runtime, groups: comparedStacks(run, compared).length })
    }),
  )
  return (connected[model] ?? []).map((own, lane) => ({
    model: own,
    judges: models.flatMap((compared, index) => {
      const judge = index === model ? undefined : (connected[index]?.[lane] ?? connected[index]?.[0])
      if (judge === undefined) return []
      return [
        {
          index,
          compared,
          model: judge,
          loader: createImageLoader(compared.study, compared.opened.card, compared),
        },
      ]
    }),
  }))
}

/** Tables, charts and the comparison; then the manifest makes the folder whole. */
async function finish(folder: ExportFolder, comparison: Comparison): Promise<void> {
  const text = new TextEncoder()
  await folder.write('comparison.csv', text.encode(comparisonCsv(comparison)))
  await folder.write('iterations.csv', text.encode(iterationsCsv(comparison)))
  if (comparison.models.length > 1) await folder.write('transfer.csv', text.encode(transferCsv(comparison)))
  for (const [name, svg] of comparisonCharts(comparison))
    await folder.write(`charts/${name}.svg`, text.encode(svg))
  await folder.write(comparisonName, jsonBytes(comparison))
  await folder.finish()
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`)
}

/** e.g. cells/0001.json. @param index from 0 */
function cellPath(index: number): string {
  return `cells/${fourDigits(index + 1)}.json`
}
