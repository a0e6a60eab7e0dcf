import { browser } from 'wxt/browser';
import type { SiteAccess } from '../../state/site-access';

/** What leaves the device once a server elsewhere may be asked: Firefox names it in the same prompt as the address. */
const shared = ['websiteContent', 'personalCommunications', 'authenticationInfo'];

const isHere = (pattern: string): boolean =>
  /^https?:\/\/(?:localhost|[^/]+\.localhost|127\.[\d.]+|\[::1\])\//.test(pattern);

/** The browser's permissions, as the pages' models know them. */
export const siteAccess: SiteAccess = {
  request(origins) {
    const wanted: { origins: string[]; data_collection?: string[] } = { origins };
    if (import.meta.env.FIREFOX && !origins.every(isHere)) wanted.data_collection = shared;
    return browser.permissions.request(wanted);
  },
  has: (origins) => browser.permissions.contains({ origins }),
  remove: (origins) => browser.permissions.remove({ origins }),
  all: async () => (await browser.permissions.getAll()).origins ?? [],
  watch(changed) {
    const heard = () => changed();
    browser.permissions.onAdded.addListener(heard);
    browser.permissions.onRemoved.addListener(heard);
    return () => {
      browser.permissions.onAdded.removeListener(heard);
      browser.permissions.onRemoved.removeListener(heard);
    };
  },
};
