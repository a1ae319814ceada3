import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {dataFolder, settingsFolder} from '../../source/settings/folders.ts';

const linux = {platform: 'linux', home: '/home/me', environment: {}} as const;
const mac = {platform: 'darwin', home: '/Users/me', environment: {}} as const;
const windows = {platform: 'win32', home: String.raw`C:\Users\me`, environment: {}} as const;

describe('the folder of the settings', () => {
	test('is the system’s place for them', () => {
		expect(settingsFolder(linux)).toBe('/home/me/.config/regbench');
		expect(settingsFolder({...linux, environment: {XDG_CONFIG_HOME: '/xdg'}})).toBe(
			'/xdg/regbench',
		);
		expect(settingsFolder({...linux, environment: {XDG_CONFIG_HOME: 'relative'}})).toBe(
			'/home/me/.config/regbench',
		);
		expect(settingsFolder(mac)).toBe('/Users/me/Library/Preferences/regbench');
		expect(settingsFolder(windows)).toBe(String.raw`C:\Users\me\AppData\Roaming\regbench\Config`);
		expect(settingsFolder({...windows, environment: {APPDATA: String.raw`D:\Roam`}})).toBe(
			String.raw`D:\Roam\regbench\Config`,
		);
	});

	test('is where the variable says, and before it where the option says', () => {
		const environment = {REGBENCH_CONFIG_DIR: '/from/variable', XDG_CONFIG_HOME: '/xdg'};
		expect(settingsFolder({...linux, environment})).toBe(path.resolve('/from/variable'));
		expect(settingsFolder({...linux, environment, flag: 'here'})).toBe(path.resolve('here'));
		expect(settingsFolder({...linux, environment: {REGBENCH_CONFIG_DIR: ''}, flag: ''})).toBe(
			'/home/me/.config/regbench',
		);
	});
});

test('the folder of the data follows the same order', () => {
	expect(dataFolder(linux)).toBe('/home/me/.local/share/regbench');
	expect(dataFolder({...linux, environment: {XDG_DATA_HOME: '/xdg'}})).toBe('/xdg/regbench');
	expect(dataFolder(mac)).toBe('/Users/me/Library/Application Support/regbench');
	expect(dataFolder(windows)).toBe(String.raw`C:\Users\me\AppData\Local\regbench\Data`);
	const environment = {REGBENCH_DATA_DIR: '/from/variable', REGBENCH_CONFIG_DIR: '/no'};
	expect(dataFolder({...linux, environment})).toBe(path.resolve('/from/variable'));
	expect(dataFolder({...linux, environment, flag: '/flag'})).toBe(path.resolve('/flag'));
});
