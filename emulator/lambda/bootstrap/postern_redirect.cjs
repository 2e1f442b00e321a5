/*
 * Lets handlers with a hard-coded endpoint reach the emulator: connections to port 443 of a host that it answers for go
 * there instead, TLS and certificate names as they were. Nothing else is touched.
 *
 * POSTERN_REDIRECT_TO is "HOST PORT", then the custom domain names: "127.0.0.1 3001 ws.example.com *.example.org".
 */
'use strict';

const net = require('net');

const EXECUTE_API = /^[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/i;
const HTTPS_PORT = 443;

exports.redirect = (value) => {
  const [host, port, ...domains] = value.split(' ');
  const names = domains.map((domain) => domain.toLowerCase());

  const isOurs = (name) => {
    const lower = String(name).toLowerCase();
    return EXECUTE_API.test(lower) || names.includes(lower) || names.includes(lower.replace(/^[^.]+/, '*'));
  };

  // Its arguments are (options), (port, host) or what net.connect() makes of them: an array with the options in front.
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function connectElsewhere(...args) {
    const first = Array.isArray(args[0]) ? args[0][0] : args[0];
    const options = typeof first === 'object' && first !== null ? first : { port: first, host: args[1] };

    if (Number(options.port) !== HTTPS_PORT || !isOurs(options.host))
      return connect.apply(this, args);
    const callback = Array.isArray(args[0]) ? args[0][1] : args.find((argument) => typeof argument === 'function');
    return connect.call(this, { ...options, host, port: Number(port), lookup: undefined }, callback || undefined);
  };
};
