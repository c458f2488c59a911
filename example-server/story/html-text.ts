const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text, as it stands in HTML: between tags, or in an attribute in double quotes. */
export const htmlText = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] ?? '')
