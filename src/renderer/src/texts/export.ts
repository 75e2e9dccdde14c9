/** Export and verification. */
export const exportTexts = {
  export: {
    none: 'No finished run is shown.',
    kinds: 'What to export',
    series: 'Adversarial series (DICOM)',
    perturbation: 'Perturbation (DICOM parametric maps)',
    smoothed: 'Smoothed input (DICOM)',
    masksBefore: 'Masks before the attack (DICOM SEG)',
    masksAfter: 'Masks after the attack (DICOM SEG)',
    png: 'PNG (as stored)',
    nifti: 'NIfTI (as stored, with slope and affine)',
    npy: '.npy (modality values, e.g. HU)',
    formats: 'Adversarial images in other formats too',
    media: 'For a disc, a stick or another PC',
    dicomdir: 'Folder with a DICOMDIR (media/)',
    zip: 'The same in one archive (media.zip)',
    formatFiles: (folder: string) =>
      folder.startsWith('media')
        ? `${folder}, the DICOM files with a DICOMDIR`
        : `${folder}/ the adversarial images`,
    identity: 'What becomes of the patient’s identity',
    identityChoices: {
      deidentified: 'De-identified, with pseudonyms by your key (PS3.15 Basic Profile)',
      pseudonyms: 'De-identified, with pseudonyms of a CSV',
      keep: 'Kept as the source has it',
    },
    identityKept:
      'Names, dates and identifiers of the patient will be in the files, and names of files in the tables.',
    profileOptions: 'Keep of the source all the same',
    offeredOptions: {
      'retain-patient-characteristics': 'Sex, age, size, weight',
      'retain-shifted-dates': 'Dates, all of a patient moved alike',
      'retain-device': 'The device’s identity',
      'retain-institution': 'The institution',
      'retain-safe-private': 'Private elements that the standard calls safe',
      'retain-uids': 'UIDs',
      'retain-full-dates': 'Dates as they are',
    },
    pseudonyms: 'CSV with the columns PatientID and Pseudonym',
    pseudonymsTitle: 'Choose a CSV of pseudonyms',
    to: 'Export to this new or empty folder',
    willWrite: 'What will be written',
    files: (folder: string, count: number) => `${folder}/ ${count} ${count === 1 ? 'file' : 'files'}`,
    rest: 'record.json (which says what became of the identity), metrics.csv, images/*.json and manifest.json with the SHA-256 of every file',
    start: 'Export',
    working: (done: number, total: number) => `Exporting, ${done} of ${total}`,
    done: (files: number, size: string) =>
      `${files} files, ${size}, were written and read back: every hash is right.`,
    cancelled: (folder: string) =>
      `Cancelled. What was written until then is in ${folder}, marked EXPORT-INCOMPLETE: export there again to go on, or delete the folder.`,
    show: 'Show the folder',
    left: (count: number) => `What has left this workspace (${count})`,
    leftDamaged: 'Lines of the log were changed or taken away: exports.jsonl in the workspace.',
    departure: (when: string, choice: 'keep' | 'deidentified' | 'pseudonyms', files: number, to: string) =>
      `${when}: ${files} files, ${{ keep: 'identity kept', deidentified: 'de-identified', pseudonyms: 'with pseudonyms' }[choice]}, to ${to}`,
    verify: 'Verify the run’s files',
    verifyHelp:
      'Reads every file again, decodes it, lets the model predict it, and compares all that with the record.',
    verifying: (done: number, total: number) => `Verifying, ${done} of ${total}`,
    verified: (files: number, images: number) =>
      `${files} files and ${images} images are as the record says.`,
    predicted: 'The model predicted them again.',
    notPredicted: 'The model was not at hand, so predictions were not compared.',
    discrepancies: (count: number) =>
      count === 1 ? '1 thing is not as the record says' : `${count} things are not as the record says`,
  },
} as const
