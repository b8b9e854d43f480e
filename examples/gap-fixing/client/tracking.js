// What the page asks of the service. Three of these paths never had an answer.

const json = async (path, options) => (await fetch(path, options)).json();

export const parcel = (id) => json(`/parcels/${id}`);
export const events = (id) => json(`/parcels/${id}/events`);
export const depots = () => json('/depots');
export const news = (ids, number) => json(`/news?parcels=${ids.join(',')}&since=${number}`);
