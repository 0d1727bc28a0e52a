// Small tools to build the page without innerHTML: text never becomes markup.

export const find = (id) => document.getElementById(id);

// Return a copy of a <template>'s only element.
export function copyTemplate(id) {
  return find(id).content.firstElementChild.cloneNode(true);
}

// Create an element with properties (className, textContent ...) and children (nodes or text).
export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

export function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
