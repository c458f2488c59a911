/** The latest calls on the front page. */

const everyMs = 2_000
const list = document.getElementById('recent')
const moods = { accepted: 'good', refused: 'refused', unavailable: 'trouble' }
const format = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' })
let shown = '[]'

function item({ time, outcome, code }) {
  const at = document.createElement('time')
  const date = new Date(time * 1000)
  at.dateTime = date.toISOString()
  at.textContent = format.format(date)
  const pill = document.createElement('strong')
  pill.className = 'pill'
  pill.dataset.mood = moods[outcome]
  pill.textContent = outcome
  const told = document.createElement('code')
  told.textContent = code ?? ''
  const made = document.createElement('li')
  made.append(at, pill, told)
  return made
}

async function show() {
  // Nobody looks.
  if (document.hidden) return
  const response = await fetch('/recent-calls.json')
  const text = await response.text()
  const calls = JSON.parse(text)
  if (text === shown || calls.length === 0) return
  shown = text
  list.replaceChildren(...calls.map(item))
}

/** The platform may be away for a moment; the next time it is asked again. */
const showQuietly = () => void show().catch(() => undefined)
setInterval(showQuietly, everyMs)
document.addEventListener('visibilitychange', showQuietly)
showQuietly()
