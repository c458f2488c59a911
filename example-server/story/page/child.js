/** An element with a text and a class. */
export function child(tag, text, className = '') {
  const made = document.createElement(tag)
  made.textContent = text
  if (className !== '') made.className = className
  return made
}
