// What the browsers of offices may lack and the library needs.
const give = (on, name, fn) => on[name] || Object.defineProperty(on, name, { value: fn, configurable: true, writable: true });
give(Object, "hasOwn", (o, k) => Object.prototype.hasOwnProperty.call(o, k));
[Array, String].forEach((C) => give(C.prototype, "at", function (n) { return this[n < 0 ? this.length + n : n]; }));
give(String.prototype, "replaceAll", function (a, b) { return this.split(a).join(b); });
give(Element.prototype, "replaceChildren", function (...all) { this.textContent = ""; this.append(...all); });
