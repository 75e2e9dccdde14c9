import { join } from 'node:path'
import { printPdf } from '../../adapters/chromium/print-pdf.ts'
import { reportName } from './evaluate-study.ts'

/** Prints an evaluation's report to report.pdf beside it. @throws as `printPdf` */
export async function printReport(folder: string, signal?: AbortSignal): Promise<void> {
  await printPdf(join(folder, reportName), join(folder, 'report.pdf'), signal)
}
