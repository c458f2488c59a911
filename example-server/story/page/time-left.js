/** A bar and a text that count down the seconds until something expires, or is used. */

/** Takes the ids of the whole, the bar and the text: `left`, `left-bar`, `left-text`. Returns what starts it, asks it, and ends it with a word. */
export function timeLeft(id, onOver = () => undefined) {
  const [whole, bar, text] = ['', '-bar', '-text'].map((end) => document.getElementById(`${id}${end}`))
  let endsAt
  let isOver = false

  function show() {
    if (endsAt === undefined) return
    const left = Math.max(0, (endsAt - performance.now()) / 1000)
    bar.value = left
    text.textContent = left > 0 ? `${Math.ceil(left)} s left` : 'expired'
    if (left > 0 || isOver) return
    isOver = true
    onOver()
  }
  setInterval(show, 250)

  return {
    start(seconds) {
      // The visitor's clock may be wrong, so only the time that has passed since counts.
      endsAt = performance.now() + seconds * 1000
      isOver = false
      bar.max = seconds
      bar.hidden = whole.hidden = false
      show()
    },
    isOver: () => isOver,
    end(word) {
      endsAt = undefined
      bar.hidden = true
      text.textContent = word
    },
  }
}
