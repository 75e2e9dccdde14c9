import type { FoundStudies, StudyQuery } from '../../adapters/network/archive.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { JobHooks } from '../progress.ts'
import { findNode } from './node-store.ts'
import { openArchive } from './open-archive.ts'

export type { FoundStudies }

interface FindRequest {
  readonly home: string
  readonly node: string
  readonly query: StudyQuery
}

const longestKey = 64

/**
 * Searches a node for studies. @throws RadversaryError usage for a date that is none; network-failed;
 * cancelled
 */
export async function findStudies(
  { home, node, query }: FindRequest,
  { signal }: JobHooks,
): Promise<FoundStudies> {
  if (query.studyDate !== undefined && !/^(\d{8}|\d{8}-(\d{8})?|-\d{8})$/.test(query.studyDate))
    throw new RadversaryError(
      'usage',
      'Find: expected a date as YYYYMMDD, or two as YYYYMMDD-YYYYMMDD, got another',
    )
  for (const text of Object.values<string | undefined>({ ...query }))
    if (text !== undefined && (text.length > longestKey || /[\\\p{Cc}]/u.test(text)))
      throw new RadversaryError(
        'usage',
        'Find: expected at most 64 characters without \\ and controls, got others',
      )
  return (await openArchive(await findNode(home, node), signal)).studies(query)
}
