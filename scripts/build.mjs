/** Building the extension, the same way for `npm start`, for `npm test` and for a test that builds for itself. */
import { runTool } from './run.mjs';

/**
 * @param {'chrome' | 'firefox'} browser
 * @param {string} [folder] holds `chrome-mv3` and `firefox-mv3`; default `.output`
 * @returns {ReturnType<typeof runTool>} with its output kept, not shown
 */
export const buildExtension = (browser, folder) =>
  runTool('wxt', ['build', '-b', browser], {
    quiet: true,
    // Test runners set NODE_ENV, under which the build would be one for development.
    env: { NODE_ENV: 'production', ...(folder ? { GLOSS_OUT: folder } : {}) },
  });
