/** A bar and a text that count down the seconds until something expires. */

/** Takes the ids of the whole, the bar and the text: `left`, `left-bar`, `left-text`. Returns what starts it. */
export function timeLeft(id) {
  const [whole, bar, text] = ['', '-bar', '-text'].map((end) => document.getElementById(`${id}${end}`))
  let endsAt

  function show() {
    if (endsAt === undefined) return
    const left = Math.max(0, (endsAt - performance.now()) / 1000)
    bar.value = left
    text.textContent = left > 0 ? `${Math.ceil(left)} s left` : 'expired'
  }
  setInterval(show, 250)

  return (seconds) => {
    // The visitor's clock may be wrong, so only the time that has passed since counts.
    endsAt = performance.now() + seconds * 1000
    bar.max = seconds
    whole.hidden = false
    show()
  }
}
