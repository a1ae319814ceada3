/** Failures below HTTP: what Node's sockets, TLS and parser throw, as regbench's errors. */
import {RegbenchError} from '../domain/errors.ts';

const unreachable: Readonly<Record<string, string>> = {
	ENOTFOUND: 'the host name is not known',
	EAI_AGAIN: 'the host name could not be looked up',
	ECONNREFUSED: 'the connection was refused',
	ECONNRESET: 'the connection was cut',
	ECONNABORTED: 'the connection was cut',
	EPIPE: 'the connection was cut',
	ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut',
	ETIMEDOUT: 'the connection timed out',
	EHOSTUNREACH: 'there is no route to the host',
	ENETUNREACH: 'there is no route to the network',
	EHOSTDOWN: 'the host is down',
	ENETDOWN: 'the network is down',
	EADDRNOTAVAIL: 'no local address is free',
};

const certificateCode =
	/^(?:CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/** The `code` of a Node error; an empty text where there is none. */
export function systemCode(error: unknown): string {
	const code = (error as {code?: unknown} | undefined)?.code;
	return typeof code === 'string' ? code : '';
}

/**
 * A thrown network error as `REGISTRY_UNREACHABLE` (retryable), `CERTIFICATE_UNTRUSTED` or
 * `PROTOCOL_ERROR`; `host` is named in the message. A RegbenchError passes unchanged.
 */
export function networkError(error: unknown, host: string): RegbenchError {
	if (error instanceof RegbenchError) return error;
	const code = systemCode(error);
	const reason = unreachable[code];
	if (reason !== undefined) {
		return new RegbenchError('REGISTRY_UNREACHABLE', `${host} cannot be reached: ${reason}`, {
			retryable: true,
			cause: error,
		});
	}
	if (certificateCode.test(code)) {
		return new RegbenchError(
			'CERTIFICATE_UNTRUSTED',
			`The certificate of ${host} is not trusted (${code})`,
			{cause: error},
		);
	}
	if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA/.test(code)) {
		return new RegbenchError(
			'CERTIFICATE_UNTRUSTED',
			`${host} wants a client certificate that it trusts (${code})`,
			{
				hint: `Put client.cert and client.key into /etc/docker/certs.d/${host} or ~/.docker/certs.d/${host}.`,
				cause: error,
			},
		);
	}
	if (code.startsWith('HPE_') || code.startsWith('ERR_SSL_') || code === 'EPROTO') {
		return new RegbenchError(
			'PROTOCOL_ERROR',
			`${host} does not speak HTTP as expected (${code})`,
			{
				hint: 'Check the port. A registry without TLS has to be among the insecureRegistries of the settings.',
				cause: error,
			},
		);
	}
	return new RegbenchError(
		'REGISTRY_UNREACHABLE',
		`The connection to ${host} failed${code ? ` (${code})` : ''}`,
		{cause: error},
	);
}

export function cancelled(): RegbenchError {
	return new RegbenchError('CANCELLED', 'Cancelled');
}

export function timedOut(host: string, waitedMs: number): RegbenchError {
	const seconds = Math.max(1, Math.round(waitedMs / 1000));
	return new RegbenchError('TIMED_OUT', `${host} sent next to nothing for ${seconds} s`, {
		retryable: true,
	});
}

export function unfinished(host: string, waitedMs: number): RegbenchError {
	const seconds = Math.max(1, Math.round(waitedMs / 1000));
	return new RegbenchError('TIMED_OUT', `${host} did not finish its answer in ${seconds} s`, {
		retryable: true,
	});
}
