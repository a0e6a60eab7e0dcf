chrome.runtime.onMessage.addListener((message, sender, reply) => {
  reply({ ok: true, value: message.type });
});
