/**
 * What a field of an attack is where its user says nothing. A file of its own, so that a page can read it
 * without the schema's library.
 */

/** What an attack can leave as DICOM, in the order of the export. */
export const exportKinds = ['series', 'perturbation', 'smoothed', 'masksBefore', 'masksAfter'] as const

/** What an attack can leave beside DICOM: the adversarial images in the formats of other tools. */
export const pictureFormats = ['png', 'nifti', 'npy'] as const

/** An export's DICOM files as a medium: with a DICOMDIR in a folder, or in an archive. */
export const mediaFormats = ['dicomdir', 'zip'] as const

/**
 * What becomes of a patient's identity in an export: stays as the source has it, or goes by the profile of
 * PS3.15.
 */
export const identityChoices = ['deidentified', 'pseudonyms', 'keep'] as const

/** Nothing that names a patient leaves unless its user says so. */
export const presetIdentity = 'deidentified' satisfies (typeof identityChoices)[number]

export const attackPresets = {
  method: 'smia',
  seed: 0,
  earlyStop: false,
  forceIntensity: false,
  batch: 8,
  exports: ['series', 'masksBefore', 'masksAfter'],
} as const

/** Draws of a random defence whose gradients are averaged, where nobody says another number. */
export const usualDraws = 8

export const comparisonPresets = {
  methods: ['smia', 'pgd', 'fgsm', 'noise'],
  budgets: { Linf: ['2/255', '4/255', '8/255'], L2: [] },
  transfer: false,
} as const

/** CERTIFY's numbers; n is the paper's divided by 100, for a CPU. */
export const certifyPresets = { alpha: 0.001, n0: 100, n: 1000, batch: 16 } as const

/** What of several models that are attacked as one is averaged. */
export const combinations = ['losses', 'logits', 'probabilities'] as const
export type Combination = (typeof combinations)[number]
