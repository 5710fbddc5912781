// The page's own part: files and text in, rows out. `cessVerifier` is main.ts, bundled.
const MAX_FILE = 32 << 20
const [file, genesis, drop, name, out] = ['file', 'genesis', 'drop', 'name', 'out'].map((id) =>
  document.getElementById(id),
)
let text

const made = (tag, content) => Object.assign(document.createElement(tag), { textContent: content })

function show({ proven, rows = [], why = '' }) {
  out.className = proven ? 'good' : 'bad'
  out.replaceChildren(made('h2', proven ? 'Proven' : 'Not proven'))
  if (!proven) return out.append(made('p', why))
  const table = document.createElement('table')
  for (const [head, content] of rows) {
    const row = table.insertRow()
    row.append(made('th', head), made('td', content))
  }
  out.append(table)
}
function again() {
  if (text !== undefined) show(cessVerifier.check(text, genesis.value))
}
async function take(chosen) {
  if (!chosen) return
  if (chosen.size > MAX_FILE)
    return show({ proven: false, why: 'The file is larger than any certificate.' })
  text = await chosen.text()
  name.textContent = chosen.name
  again()
}
file.addEventListener('change', () => take(file.files[0]))
genesis.addEventListener('input', again)
drop.addEventListener('dragover', (event) => event.preventDefault())
drop.addEventListener('drop', (event) => {
  event.preventDefault()
  take(event.dataTransfer.files[0])
})
