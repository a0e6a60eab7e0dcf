/** Nothing at all: what the page itself costs. */
export const start = () => ({ push() {} });
