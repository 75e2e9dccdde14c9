/** Comparisons and evaluations, which the engine works on whether a page is there or not. */
export const jobsTexts = {
  jobs: {
    states: { done: 'done', working: 'running', stopped: 'stopped' },
    progress: (done: number, total: number, note: string) =>
      `${done} of ${total} attacks on a slice: ${note}`,
    goOn: 'Go on',
    cancel: 'Cancel',
    delete: 'Delete',
    deleteWarning: (name: string) => `${name} and all that it has found are deleted. This can’t be undone.`,
    copyCommand: 'Copy as command',
  },
  evaluations: {
    tab: 'Evaluate',
    none: 'Nothing has been evaluated yet.',
    create: 'Evaluate a model…',
    title: 'Evaluate robustness',
    explanation:
      'Attacks every image as a protocol says, and leaves a report: threat model, strongest attacks, intervals by patient, figures and tables.',
    models: 'Models',
    protocol: 'Protocol',
    budget: 'Budget',
    budgetHelp:
      'Largest change of a pixel, with a unit, at which methods are set side by side; the curve goes with it.',
    withoutLabels:
      'Without labels there is no accuracy to report: the model’s own predictions stand for them.',
    subgroups: 'Subgroups',
    subgroupsHelp: 'Columns of the labels file, e.g. sex; numbers by bands: age=40,65.',
    noSubgroups: 'none',
    pictures: 'Show three cases of each model in the report: pixels of the study',
    start: 'Start the evaluation',
    about: (protocol: string, models: number) =>
      `${protocol}, ${models} ${models === 1 ? 'model' : 'models'}`,
    report: 'Report',
    saveReport: 'Save the report as HTML',
    folder: (path: string) => `Tables, figures and evaluation.json are in ${path}`,
  },
} as const
