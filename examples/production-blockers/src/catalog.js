// What the shop sells. Prices are those of today; an order keeps the price that it was made with.

const PRODUCTS = [
  { sku: 'tea-green', name: 'Green tea, 100 g', price: 690, vat: 'reduced', grams: 130 },
  { sku: 'tea-black', name: 'Black tea, 100 g', price: 590, vat: 'reduced', grams: 130 },
  { sku: 'pot-small', name: 'Teapot, 0.5 l', price: 2450, vat: 'standard', grams: 640 },
  { sku: 'pot-large', name: 'Teapot, 1.2 l', price: 3995, vat: 'standard', grams: 1180 },
  { sku: 'cup', name: 'Cup', price: 895, vat: 'standard', grams: 240 },
  { sku: 'book-tea', name: 'The book of tea', price: 1800, vat: 'books', grams: 410 },
  { sku: 'voucher', name: 'Voucher', price: 5000, vat: 'none', grams: 0 },
];

const bySku = new Map(PRODUCTS.map((product) => [product.sku, Object.freeze(product)]));

/** The product with this number, or an error that says which one is missing. */
export function product(sku) {
  const found = bySku.get(sku);
  if (!found) throw new RangeError(`no such product: ${sku}`);
  return found;
}

/** Products whose name holds every word of a query. */
export function search(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return PRODUCTS.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
}
