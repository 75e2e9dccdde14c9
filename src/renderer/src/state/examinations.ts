import type { SeriesInfo, StudyInfo } from '../../../engine/server/studies/study-info.ts'
import { texts } from '../texts.ts'

/** The series of one examination of one patient. */
export interface Examination {
  readonly key: string
  /** Name and ID as the files have them. */
  readonly patient: string
  /** Description and date. */
  readonly title: string
  readonly series: readonly SeriesInfo[]
}

/** An opened study's series by patient and examination: one folder may hold several. */
export function examinationsOf({ series }: StudyInfo): Examination[] {
  const found = new Map<string, SeriesInfo[]>()
  for (const each of series) {
    const key = `${each.patient.id ?? each.patient.name ?? ''} ${each.study.instanceUid ?? ''}`
    found.set(key, [...(found.get(key) ?? []), each])
  }
  return [...found].map(([key, own]) => {
    const [first] = own
    return { key, patient: patientText(first?.patient), title: examinationText(first?.study), series: own }
  })
}

/** "Doe, Jane (1234)"; DICOM's name components are joined by carets (PS3.5 6.2.1). */
export function patientText(patient: SeriesInfo['patient'] | undefined): string {
  const name =
    (patient?.name ?? '')
      .split('=')[0]
      ?.split('^')
      .filter((part) => part.trim() !== '')
      .join(', ') ?? ''
  const id = patient?.id ?? ''
  if (name === '' && id === '') return texts.study.unknownPatient
  return id === '' ? name : name === '' ? id : `${name} (${id})`
}

function examinationText(study: SeriesInfo['study'] | undefined): string {
  return [study?.description ?? '', dateText(study?.date ?? '')].filter((part) => part !== '').join(', ')
}

/** 20240131 as 2024-01-31; what is no date stays as it is. */
export function dateText(date: string): string {
  return date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
}

/** "3 · Axial thorax", or what there is of it; of a part of a series with what it is: "(echo 2)". */
export function seriesText({
  number,
  description,
  part,
}: Pick<SeriesInfo, 'number' | 'description' | 'part'>): string {
  const name = description === null || description.trim() === '' ? texts.study.unnamedSeries : description
  const whole = number === null ? name : `${number} · ${name}`
  return part === null ? whole : `${whole} (${part.label})`
}
