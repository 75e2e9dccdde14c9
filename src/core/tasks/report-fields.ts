import type { z } from 'zod'
import { boxReportFields } from './detection/report-fields.ts'
import { maskReportFields } from './segmentation/report-fields.ts'

/** What tasks add to a frame's result, all of it optional; docs/record.md explains every field. */
export const reportFields = { ...maskReportFields, ...boxReportFields }

export type FrameParts = z.output<z.ZodObject<typeof reportFields>>
