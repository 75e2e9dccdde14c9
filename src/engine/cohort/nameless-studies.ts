import { RadversaryError } from '../../core/errors.ts'
import { identityOfId } from '../../core/dicom/deidentify/identity.ts'
import { type ExportIdentity, maskedText, openIdentity } from '../deidentify/export-identity.ts'
import type { IdentityRequest } from '../deidentify/identity-request.ts'
import { type OpenedProfile, pseudonymsBy } from '../deidentify/profile.ts'
import { type CohortStudy, listStudies, nameOfPath } from './studies.ts'

/**
 * Lists the studies of a cohort as its exports name them: without identities nothing is left of folders'
 * names, which may be patients', and patients get pseudonyms; names that the list of studies gives are its
 * writer's word.
 * @throws RadversaryError as `listStudies` and `openIdentity`; usage for a key that is thrown away
 */
export async function studiesToAttack(
  source: string,
  identity: IdentityRequest,
  home: string,
): Promise<CohortStudy[]> {
  const studies = await listStudies(source)
  if (identity.key === 'none')
    throw new RadversaryError('usage', 'Cohort: expected a key for all of its studies, got none', {
      tip: 'Name a new file with --key; remove it once the cohort is done.',
    })
  return studiesFor(await openIdentity(identity, home), studies)
}

function studiesFor(identity: ExportIdentity, studies: readonly CohortStudy[]): CohortStudy[] {
  if (identity.choice === 'keep') return [...studies]
  const { profile } = identity
  const named = studies.map(({ name, path, patient }) => ({
    path,
    name: name === nameOfPath(path) ? `study-${maskedText(profile, name)}` : name,
    patient: patient === null ? null : pseudonymOf(patient, profile),
  }))
  return named.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A patient's pseudonym; a mask where the list of pseudonyms lacks the patient. */
function pseudonymOf(patient: string, profile: OpenedProfile): string {
  return (
    pseudonymsBy(profile).patient(identityOfId(patient), patient) ?? `patient-${maskedText(profile, patient)}`
  )
}
