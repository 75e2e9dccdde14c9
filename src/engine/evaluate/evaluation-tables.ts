import type { Estimate } from '../../core/evaluate/measures.ts'
import { csv, type CsvCell } from '../../core/evaluate/csv.ts'
import { budgetText } from './evaluation-texts.ts'
import type { Evaluation } from './evaluation.ts'

/** A table before it is written: names of columns, then rows. */
interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly CsvCell[])[]
}

/** Tables by their files' names, each as CSV and as a LaTeX tabular. */
export function evaluationTables(evaluation: Evaluation): Map<string, string> {
  const tables = {
    methods: methodsTable(evaluation),
    pairs: pairsTable(evaluation),
    labels: labelsTable(evaluation),
    measures: measuresTable(evaluation),
    subgroups: subgroupsTable(evaluation),
    checklist: checklistTable(evaluation),
  }
  return new Map(
    Object.entries(tables).flatMap(([name, table]) => [
      [`tables/${name}.csv`, csv([table.columns, ...table.rows])],
      [`tables/${name}.tex`, latex(table)],
    ]),
  )
}

function methodsTable({ models }: Evaluation): Table {
  const columns = ['model', 'method', 'budget', 'wrong_before', 'fooled', 'of', 'rate', 'wilson_lower', 'wilson_upper', 'patients_lower', 'patients_upper', 'psnr_db', 'ssim'] // prettier-ignore
  const rows = models.flatMap(({ name, methods }) =>
    methods.map((method) => {
      const { metBefore, fooled, byPatient, psnr, ssim } = method
      return [
        ...[name, method.method, method.budget === null ? null : budgetText(method), metBefore],
        ...[fooled.successes, fooled.count, fooled.rate, fooled.lower, fooled.upper],
        ...[byPatient?.lower ?? null, byPatient?.upper ?? null, psnr, ssim],
      ]
    }),
  )
  return { columns, rows }
}

function pairsTable({ models }: Evaluation): Table {
  const columns = ['model', 'first', 'second', 'images', 'only_first', 'only_second', 'mcnemar_exact_p', 'mcnemar_mid_p', 'difference', 'patients_lower', 'patients_upper'] // prettier-ignore
  const rows = models.flatMap(({ name, pairs }) =>
    pairs.map(
      ({ first, second, images, onlyFirst, onlySecond, exact, midP, difference: { mean, interval } }) => [
        ...[name, first, second, images, onlyFirst, onlySecond, exact, midP],
        ...[mean, interval?.lower ?? null, interval?.upper ?? null],
      ],
    ),
  )
  return { columns, rows }
}

function labelsTable({ models }: Evaluation): Table {
  const columns = ['model', 'images', 'label', 'auc', 'delong_lower', 'delong_upper', 'patients_lower', 'patients_upper', 'p_against_clean', 'sensitivity', 'specificity', 'fixed_threshold', 'fixed_sensitivity', 'fixed_specificity'] // prettier-ignore
  const rows = models.flatMap(({ name, clean, methods }) =>
    [{ images: 'clean', performance: clean }, ...methods.map((method) => ({ images: method.method, performance: method.after }))] // prettier-ignore
      .flatMap(({ images, performance }) =>
        (performance?.labels ?? []).map(
          ({ label, auc, deLong, aucByPatient, pAgainstClean, card, fixed }) => [
            ...[name, images, label, auc, deLong?.lower ?? null, deLong?.upper ?? null],
            ...[aucByPatient?.lower ?? null, aucByPatient?.upper ?? null, pAgainstClean],
            ...[card.sensitivity.rate, card.specificity.rate, fixed?.threshold ?? null],
            ...[fixed?.sensitivity.rate ?? null, fixed?.specificity.rate ?? null],
          ],
        ),
      ),
  )
  return { columns, rows }
}

function measuresTable({ models }: Evaluation): Table {
  const columns = ['model', 'method', 'budget', 'measure', 'class', 'unit', 'before', 'before_lower', 'before_upper', 'after', 'after_lower', 'after_upper', 'difference', 'difference_lower', 'difference_upper'] // prettier-ignore
  const rows = models.flatMap(({ name, methods }) =>
    methods.flatMap((method) =>
      method.measures.map(({ measure, of, unit, before, after, difference }) => [
        ...[name, method.method, method.budget === null ? null : budgetText(method), measure, of, unit],
        ...[before, after, difference].flatMap(estimateCells),
      ]),
    ),
  )
  return { columns, rows }
}

function estimateCells({ value, byPatient }: Estimate): CsvCell[] {
  return [value, byPatient?.lower ?? null, byPatient?.upper ?? null]
}

function subgroupsTable({ models }: Evaluation): Table {
  const columns = ['model', 'column', 'group', 'images', 'patients', 'right', 'right_rate', 'right_lower', 'right_upper', 'right_patients_lower', 'right_patients_upper', 'fooled', 'of', 'fooled_rate', 'fooled_lower', 'fooled_upper', 'fooled_patients_lower', 'fooled_patients_upper', 'is_smallest'] // prettier-ignore
  const rows = models.flatMap(({ name, subgroups }) =>
    subgroups.flatMap(({ column, groups, smallest }) =>
      groups.map(({ value, images, patients, clean, worstCase: { fooled, byPatient } }) => [
        ...[name, column, value, images, patients],
        ...[clean?.successes ?? null, clean?.rate ?? null, clean?.lower ?? null, clean?.upper ?? null],
        ...[clean?.byPatient?.lower ?? null, clean?.byPatient?.upper ?? null],
        ...[fooled.successes, fooled.count, fooled.rate, fooled.lower, fooled.upper],
        ...[byPatient?.lower ?? null, byPatient?.upper ?? null, String(value === smallest)],
      ]),
    ),
  )
  return { columns, rows }
}

function checklistTable({ models }: Evaluation): Table {
  return {
    columns: ['model', 'question', 'answer', 'evidence'],
    rows: models.flatMap(({ name, checklist }) =>
      checklist.map(({ question, answer, evidence }) => [name, question, answer, evidence]),
    ),
  }
}

/** A tabular between booktabs' rules; numbers to four digits. */
function latex({ columns, rows }: Table): string {
  const line = (cells: readonly CsvCell[]) => `${cells.map(latexCell).join(' & ')} \\\\`
  return [
    '% needs \\usepackage{booktabs}',
    `\\begin{tabular}{${'l'.repeat(columns.length)}}`,
    ...['\\toprule', line(columns), '\\midrule', ...rows.map(line), '\\bottomrule', '\\end{tabular}', ''],
  ].join('\n')
}

function latexCell(cell: CsvCell): string {
  if (cell === null) return '--'
  if (typeof cell === 'number') return Number.isInteger(cell) ? String(cell) : cell.toPrecision(4)
  return String(cell).replaceAll(/[\\&%$#_{}~^]/g, (sign) => latexSigns[sign] ?? `\\${sign}`)
}

const latexSigns: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
}
