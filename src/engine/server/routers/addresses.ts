import { z } from 'zod'

/** How requests name things. Counts are from 0. */
export const studyId = z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits')
export const paths = z.array(z.string().min(1)).min(1)
export const imageAddress = z.strictObject({ study: studyId, image: z.int().min(0) })
export const frameAddress = imageAddress.extend({ frame: z.int().min(0).default(0) })
export const modelName = z.string().min(1)
