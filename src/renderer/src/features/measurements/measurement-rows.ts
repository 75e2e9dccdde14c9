import { csv, type CsvCell } from '../../../../core/evaluate/csv.ts'
import type { Measured, Measurement } from '../../viewer/measurements/measurement-list.ts'

const numbers = ['mean', 'sd', 'min', 'max'] as const

const heads = [
  'name',
  'kind',
  'where',
  'length_mm',
  'length_px',
  'angle_degrees',
  'area_mm2',
  'pixels',
  'unit',
  ...numbers,
  ...numbers.map((name) => `${name}_adversarial`),
  ...numbers.map((name) => `${name}_difference`),
]

/** Measurements with their numbers as a table: the original, the adversarial image, and after − before. */
export function measurementsCsv(
  rows: readonly { readonly measurement: Measurement; readonly numbers: Measured | undefined }[],
): string {
  return csv([heads, ...rows.map(({ measurement, numbers: found }) => cells(measurement, found))])
}

function cells({ name, kind, where, value, valueUnit }: Measurement, found: Measured | undefined): CsvCell[] {
  const { before, after } = found ?? {}
  return [
    name,
    kind,
    where,
    ...(['mm', 'px', '°'] as const).map((unit) => (valueUnit === unit ? (value ?? null) : null)),
    found?.areaMm2 ?? null,
    before?.pixels ?? null,
    found?.unit ?? null,
    ...numbers.map((each) => before?.[each] ?? null),
    ...numbers.map((each) => after?.[each] ?? null),
    ...numbers.map((each) => (before && after ? after[each] - before[each] : null)),
  ]
}
