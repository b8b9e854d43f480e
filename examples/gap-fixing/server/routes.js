// All routes, each with what answers it.

export const ROUTES = [
  {
    method: 'GET',
    path: '/parcels/:id',
    handle: ({ parcels }, [id]) => found(parcels.view(id)),
  },
];

export function found(thing) {
  return thing === null ? [404, { error: 'not-found' }] : [200, thing];
}
