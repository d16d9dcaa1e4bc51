// The functions that a PAC file may call (Netscape, "Navigator Proxy Auto-Config File Format"),
// over the two that the host gives: dnsResolve(host) and myIpAddress().
function isPlainHostName(host) { return host.indexOf(".") < 0 && host.indexOf(":") < 0; }
function dnsDomainIs(host, domain) {
  return host.length >= domain.length && host.substring(host.length - domain.length) === domain;
}
function localHostOrDomainIs(host, name) { return host === name || name.lastIndexOf(host + ".", 0) === 0; }
function isResolvable(host) { return dnsResolve(host) !== null; }
function dnsDomainLevels(host) { return host.split(".").length - 1; }
function convert_addr(text) {
  var parts = text.split(".");
  return (((parts[0] & 255) << 24) | ((parts[1] & 255) << 16) | ((parts[2] & 255) << 8) | (parts[3] & 255)) >>> 0;
}
function isInNet(host, pattern, mask) {
  var dotted = /^\d{1,3}(\.\d{1,3}){3}$/;
  var address = dotted.test(host) ? host : dnsResolve(host);
  if (address === null || !dotted.test(address)) { return false; }
  var bits = convert_addr(mask);
  return ((convert_addr(address) & bits) >>> 0) === ((convert_addr(pattern) & bits) >>> 0);
}
function shExpMatch(text, pattern) {
  // A walk with one point of return is linear in practice; a regular expression could be made slow.
  var t = 0, p = 0, star = -1, mark = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === "*") { star = p++; mark = t; }
    else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) { p++; t++; }
    else if (star >= 0) { p = star + 1; t = ++mark; }
    else { return false; }
  }
  while (p < pattern.length && pattern[p] === "*") { p++; }
  return p === pattern.length;
}
function pacArguments(list) {
  var all = Array.prototype.slice.call(list);
  var utc = all.length > 0 && all[all.length - 1] === "GMT";
  return { utc: utc, list: utc ? all.slice(0, -1) : all, now: new Date() };
}
function pacBetween(value, low, high) {
  return low <= high ? low <= value && value <= high : value >= low || value <= high;
}
function weekdayRange() {
  var days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], given = pacArguments(arguments);
  var today = given.utc ? given.now.getUTCDay() : given.now.getDay();
  var first = days.indexOf(given.list[0]);
  var last = given.list.length > 1 ? days.indexOf(given.list[1]) : first;
  return first >= 0 && last >= 0 && pacBetween(today, first, last);
}
function timeRange() {
  var given = pacArguments(arguments), list = given.list, now = given.now;
  var hour = given.utc ? now.getUTCHours() : now.getHours();
  var minute = given.utc ? now.getUTCMinutes() : now.getMinutes();
  var second = given.utc ? now.getUTCSeconds() : now.getSeconds();
  if (list.length === 1) { return hour === list[0]; }
  if (list.length === 2) { return pacBetween(hour, list[0], list[1] - 1); }
  var value = hour * 3600 + minute * 60 + second;
  if (list.length === 4) { return pacBetween(value, list[0] * 3600 + list[1] * 60, list[2] * 3600 + list[3] * 60); }
  return list.length === 6 &&
    pacBetween(value, list[0] * 3600 + list[1] * 60 + list[2], list[3] * 3600 + list[4] * 60 + list[5]);
}
function dateRange() {
  var months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
  var given = pacArguments(arguments), list = given.list, now = given.now;
  var own = {
    day: given.utc ? now.getUTCDate() : now.getDate(),
    month: given.utc ? now.getUTCMonth() : now.getMonth(),
    year: given.utc ? now.getUTCFullYear() : now.getFullYear()
  };
  function kind(part) { return typeof part === "string" ? "month" : part > 31 ? "year" : "day"; }
  function number(part) { return typeof part === "string" ? months.indexOf(part) : part; }
  if (list.length === 1) { return own[kind(list[0])] === number(list[0]); }
  var half = list.length / 2, weights = { year: 10000, month: 100, day: 1 };
  if (half !== Math.floor(half)) { return false; }
  var low = 0, high = 0, value = 0;
  for (var i = 0; i < half; i++) {
    low += number(list[i]) * weights[kind(list[i])];
    high += number(list[half + i]) * weights[kind(list[half + i])];
    value += own[kind(list[i])] * weights[kind(list[i])];
  }
  return pacBetween(value, low, high);
}
