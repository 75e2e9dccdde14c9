import { fourDigits } from '../../core/number-texts.ts'
import { join } from 'node:path'
import { openExportFolder, type ExportFolder } from '../../adapters/fs/export-folder.ts'
import { madeAnew, readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { entry } from '../../core/entry.ts'
import { closeAll, lanesOf, openLanes } from '../session/lanes.ts'
import type { OpenedModel } from '../models/open-model.ts'
import type { JobHooks } from '../progress.ts'
import { comparedName } from '../../core/spec/compared-methods.ts'
import { attackCell } from './attack-cell.ts'
import { openCellLane } from './cell-lane.ts'
import { cellLaneOnThread } from './lane-tasks.ts'
import { cellResult, type CellResult } from './cell-result.ts'
import {
  comparedStacks,
  plainComparison,
  prepareComparison,
  type CompareRequest,
  type CompareRun,
} from './compare-run.ts'
import type { PlannedCell } from './plan-cells.ts'
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
 * @param opened the request's models, where they are opened once for many studies
 */
export async function compareStudy(
  request: CompareRequest,
  hooks: JobHooks = {},
  opened?: readonly OpenedModel[],
): Promise<CompareReport> {
  const { folder, comparison, resumed } = await runComparison(request, hooks, opened)
  return { folder, comparison, resumed }
}

/** A comparison that came to its end, with all that it was made of. */
export interface RanComparison extends CompareReport {
  readonly run: CompareRun
  /** In the comparison's order. */
  readonly cells: readonly CellResult[]
}

/** The same, for who looks at single slices. @throws as `compareStudy` */
export async function runComparison(
  request: CompareRequest,
  hooks: JobHooks,
  opened?: readonly OpenedModel[],
): Promise<RanComparison> {
  const run = await prepareComparison(request, hooks, opened)
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
  const cells = run.cells.flatMap((_, index) => done.get(index) ?? [])
  const comparison = comparisonOf(run, cells)
  await finish(folder, comparison)
  return { folder: folder.folder, comparison, resumed, run, cells }
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
  const { cells } = run
  const left = [...cells.keys()].filter((index) => cells[index]?.model === model && !done.has(index))
  if (left.length === 0) return
  const compared = entry(run.models, model)
  const stacks = comparedStacks(run, compared, lanesOf(compared.runtime))
  const lanes = await openLanes({
    runtime: compared.runtime,
    items: stacks.length,
    here: () => openCellLane(run, model, stacks),
    onThread: (device) => cellLaneOnThread(plainComparison(run, device), model, stacks),
  })
  try {
    for (const index of left) {
      const onDone = (slices: number) => {
        hooks.onProgress?.(progressOf(run, entry(cells, index), done.size * run.images.length + slices))
      }
      onDone(0)
      const result = await attackCell(index, { run, compared, stacks, lanes, signal: hooks.signal, onDone })
      await folder.write(cellPath(index), jsonBytes(result))
      done.set(index, result)
    }
  } finally {
    await closeAll(lanes)
  }
}

/** @param images of all cells that are done */
function progressOf({ models, cells, images: { length } }: CompareRun, cell: PlannedCell, images: number) {
  const { name } = entry(models, cell.model).opened.card
  const note = `${name}, ${comparedName({ method: cell.method.name, as: cell.as })}${cell.budget === null ? '' : ` at ${cell.budget}`}`
  return { done: images, total: cells.length * length, phase: 'attacking', note }
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
export function cellPath(index: number): string {
  return `cells/${fourDigits(index + 1)}.json`
}
