/** The viewer is still to come; until then the page points to the command line, which does the whole job. */
export function App() {
  return (
    <main>
      <h1>Radversary</h1>
      <p>Research use only, not for clinical use.</p>
      <p>
        The viewer is not part of this version. Run <code>radversary --help</code> on the command line.
      </p>
    </main>
  )
}
