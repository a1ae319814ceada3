// Stands in the bundle for packages that dockerode can load and regbench never uses.
function unavailable() {
	throw new Error('This part of dockerode is not included in regbench');
}

module.exports = new Proxy(unavailable, {
	get: (target, key) => (typeof key === 'symbol' || key === '__esModule' ? undefined : target),
});
