import { tag } from './tags.ts'

/** Contribution Description (0018,A003) of our item of Contributing Equipment. */
export const contribution = 'ADVERSARIAL RESEARCH: images derived to test the robustness of diagnostic models'

/** Image Comments (0020,4000) of derived images, by what they are. The label can't be switched off. */
export const derivedLabels = {
  adversarial: 'ADVERSARIAL EXAMPLE - NOT FOR CLINICAL USE',
  smoothed: 'SMOOTHED INPUT OF AN ADVERSARIAL ATTACK - NOT FOR CLINICAL USE',
  perturbation: 'PERTURBATION OF AN ADVERSARIAL EXAMPLE - NOT FOR CLINICAL USE',
  masksBefore: 'SEGMENTATION OF AN IMAGE BY A MODEL - NOT FOR CLINICAL USE',
  masksAfter: 'SEGMENTATION OF AN ADVERSARIAL EXAMPLE - NOT FOR CLINICAL USE',
  blinded: 'IMAGE OF A READER STUDY, MAY BE AN ADVERSARIAL EXAMPLE - NOT FOR CLINICAL USE',
} as const

/** Texts in which nothing of a source's own follows ours. */
const forms: ReadonlyMap<number, RegExp> = new Map([
  [
    tag.SeriesDescription,
    /^(?:(?:Adversarial(?: segmentation)?|Smoothed input|Perturbation) \((?:[^()]|\([^()]*\))*\)|Segmentation|Reader study)$/,
  ],
  [tag.DerivationDescription, /^[^\r\n]*; (?:seed -?\d+; )?Radversary [\w.-]+$/],
  [tag.ImageComments, new RegExp(`^(?:${Object.values(derivedLabels).join('|')})$`)],
  [tag.ContributionDescription, new RegExp(`^${contribution}$`)],
  [tag.DeviceSerialNumber, /^none$/],
])

/** Whether an element's text is one that Radversary writes, and says nothing of a patient. */
export function isOwnText(at: number, text: string): boolean {
  return forms.get(at)?.test(text) === true
}
