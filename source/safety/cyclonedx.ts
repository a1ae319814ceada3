/** The inventory as CycloneDX 1.5 JSON (cyclonedx.org/docs/1.5/json). Pure. */
import type {SafetyReport} from '../domain/safety.ts';

export type Maker = {readonly name: string; readonly version?: string};

/** The same report gives the same document but for its serial number, which is left out. */
export function cycloneDx(
	{reference, digest, imageId, checkedAt, inventory, vulnerabilities}: SafetyReport,
	maker: Maker,
): string {
	const image = 'image';
	const components = inventory.map(({name, version, purl, foundIn}, index) => ({
		type: 'library',
		'bom-ref': `${purl}#${index}`,
		name,
		version,
		purl,
		properties: [{name: 'regbench:found-in', value: `/${foundIn}`}],
	}));
	const document = {
		bomFormat: 'CycloneDX',
		specVersion: '1.5',
		version: 1,
		metadata: {
			timestamp: checkedAt,
			tools: {components: [{type: 'application', ...maker}]},
			component: {
				type: 'container',
				'bom-ref': image,
				name: reference,
				...(digest === undefined ? {} : {version: digest}),
				...(imageId === undefined
					? {}
					: {properties: [{name: 'regbench:image-id', value: imageId}]}),
			},
		},
		components,
		dependencies: [{ref: image, dependsOn: components.map(component => component['bom-ref'])}],
		...(vulnerabilities.length === 0
			? {}
			: {
					vulnerabilities: vulnerabilities.map(one => ({
						id: one.id,
						...(one.url === undefined ? {} : {source: {url: one.url}}),
						ratings: [{severity: one.severity}],
						...(one.title === undefined ? {} : {description: one.title}),
						...(one.fixedVersion === undefined
							? {}
							: {recommendation: `Update ${one.package} to ${one.fixedVersion}`}),
						affects: components
							.filter(({name, version}) => name === one.package && version === one.version)
							.map(component => ({ref: component['bom-ref']})),
					})),
				}),
	};
	return `${JSON.stringify(document, undefined, '\t')}\n`;
}
