/** Loads the Markdown view before the first answer needs it; the component that draws with it finds it there. */
export const loadMarkdown = () => import('../markdown/Markdown').then((module) => module.Markdown);

export const preloadMarkdown = (): void => void loadMarkdown().catch(() => undefined);
