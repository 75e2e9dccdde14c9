import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { drawFigure } from '../../adapters/chromium/draw-figure.ts'
import { printPdf } from '../../adapters/chromium/print-pdf.ts'
import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { reportName } from './evaluate-study.ts'

/**
 * Prints an evaluation's report to report.pdf beside it, and draws each figure as PDF and as PNG at 300 dpi;
 * what is there is of the same report, and stays.
 * @throws as `printPdf`
 */
export async function printReport(folder: string, signal?: AbortSignal): Promise<void> {
  const pdf = join(folder, 'report.pdf')
  if (!(await fileExists(pdf))) await printPdf(join(folder, reportName), pdf, { signal })
  const figures = join(folder, 'figures')
  for (const name of (await readdir(figures)).filter((each) => each.endsWith('.svg')))
    await drawFigure(join(figures, name), signal)
}
