/** Studies and the files they are made of. */
export const studyTexts = {
  study: {
    assumed: 'What was assumed',
    welcome: 'Adversarial examples for diagnostic models',
    welcomeText:
      'Open a DICOM study of your own, or begin with the sample: a phantom of a thorax, made by a program, and a small model that was trained on such phantoms.',
    attackSample: 'Attack the sample with SMIA',
    openSample: 'Open the sample study',
    openOwn: 'Open a study…',
    recent: 'Recent studies',
    empty: 'No study is open.',
    opening: (title: string) => `Opening ${title}`,
    scanned: (done: number, total: number) => `${done} of ${total} files`,
    images: (count: number) => (count === 1 ? '1 image' : `${count} images`),
    unnamedSeries: 'Series without description',
    unknownPatient: 'Patient without name',
    closeStudy: (title: string) => `Close ${title}`,
    tags: 'DICOM tags of the active image',
    skipped: (count: number) =>
      count === 1
        ? '1 file is no image and was left aside'
        : `${count} files are no images and were left aside`,
    failures: (count: number) =>
      count === 1 ? '1 file could not be read' : `${count} files could not be read`,
    notExportable: (count: number) =>
      count === 1 ? "1 image can't be exported" : `${count} images can't be exported`,
    failuresTitle: "Files that can't be used",
    notExportableTitle: "Images that can be seen and predicted, but not attacked: they can't be exported",
    searchTags: 'Search tag, keyword or value',
    tagColumns: ['Tag', 'Keyword', 'VR', 'Value'],
    tagCount: (shown: number, all: number) => `${shown} of ${all} elements`,
    attacked: 'attacked',
  },
  files: {
    openTitle: 'Open a study',
    modelTitle: 'Add a model',
    cardTitle: 'Choose a model card',
    labelsTitle: 'Choose a labels file',
    masksTitle: 'Choose a folder of masks, a DICOM SEG or a list of masks',
    exportTitle: 'Choose a folder to export to',
    path: 'Folder',
    go: 'Go',
    browse: 'Browse…',
    up: 'Folder above',
    openFolder: 'Open this folder',
    useFolder: 'Use this folder',
    openFile: (name: string) => `Open ${name}`,
    chooseFile: 'Choose a file',
    list: 'Folders and files',
    empty: 'Nothing in this folder',
    isFolder: 'folder',
    isFile: 'file',
  },
} as const
