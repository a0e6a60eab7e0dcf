/**
 * How Ollama is told to answer browser extensions, by system. It reads `OLLAMA_ORIGINS` when it starts and refuses every
 * other `Origin` with 403; `app://`, `localhost` and a few more are always allowed, extensions are not.
 * Source: docs.ollama.com/faq, "How do I configure Ollama server?" and "How can I allow additional web origins …?".
 */
export const systems = ['macos', 'windows', 'linux', 'docker'] as const;
export type System = (typeof systems)[number];

/** The schemes of Chrome's, Firefox's and Safari's extensions; Ollama knows these three and no single id. */
export const extensionOrigins = 'chrome-extension://*,moz-extension://*,safari-web-extension://*';

/** Lines to run in a terminal, then a restart of Ollama (Linux and Docker restart it themselves). */
export const originCommands: Record<System, string> = {
  macos: `launchctl setenv OLLAMA_ORIGINS "${extensionOrigins}"`,
  windows: `setx OLLAMA_ORIGINS "${extensionOrigins}"`,
  linux: [
    'sudo mkdir -p /etc/systemd/system/ollama.service.d',
    `printf '[Service]\\nEnvironment="OLLAMA_ORIGINS=${extensionOrigins}"\\n' | sudo tee /etc/systemd/system/ollama.service.d/origins.conf`,
    'sudo systemctl daemon-reload && sudo systemctl restart ollama',
  ].join('\n'),
  docker: `docker run -d -v ollama:/root/.ollama -p 11434:11434 -e OLLAMA_ORIGINS="${extensionOrigins}" --name ollama ollama/ollama`,
};

/** The system this browser runs on, from `navigator.platform` or its like; the reader may choose another. */
export function systemOf(platform: string): System {
  if (/mac|iphone|ipad/i.test(platform)) return 'macos';
  return /win/i.test(platform) ? 'windows' : 'linux';
}
