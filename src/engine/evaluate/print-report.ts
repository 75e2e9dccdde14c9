import { join } from 'node:path'
import { printPdf } from '../../adapters/chromium/print-pdf.ts'
import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { reportName } from './evaluate-study.ts'

/**
 * Prints an evaluation's report to report.pdf beside it; one that is there is of the same report, and stays.
 * @throws as `printPdf`
 */
export async function printReport(folder: string, signal?: AbortSignal): Promise<void> {
  const pdf = join(folder, 'report.pdf')
  if (!(await fileExists(pdf))) await printPdf(join(folder, reportName), pdf, signal)
}
